"""One of several processes that use one library at once. Usage: together.py ROLE LIBRARY MODEL FOLDER SECONDS SEED

Asks and opens what it is given (`ask`, two threads with one library, as a server has), or adds, corrects and removes
(`change`), and prints a JSON object: what was done, and what was wrong. To be killed (`work`), it adds, removes and
searches briefings of its own, and prints a line for each as soon as it is acknowledged.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path

from briefings import words_of, write_briefings

from onrecord.rag import Answer, Library, OnRecordError, Settings, UnknownBriefing

# Briefings that are corrected again and again, and never removed.
CORRECTED = range(5)
# Briefings that come and go.
PASSING = range(100, 130)
# Seconds after which even a busy machine has done everything once.
_LATEST = 120
_REMOVED = "has been removed since"


class Together:
    """What a process does until its time is up."""

    def __init__(self, library: Library, folder: Path, seconds: float, seed: int) -> None:
        self.library = library
        self.folder = folder
        self.end = time.monotonic() + seconds
        self.seed = seed
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []

    def ask(self) -> None:
        threads = [threading.Thread(target=self._asking, args=(self.seed * 10 + number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _goes_on(self, *kinds: str) -> bool:
        """Whether there is time left, or something of these kinds has still to be done, on however busy a machine."""
        late = time.monotonic() - self.end
        return late < 0 or (late < _LATEST and not all(self.done[kind] for kind in kinds))

    def _asking(self, seed: int) -> None:
        chance = random.Random(seed)
        while self._goes_on("citations opened"):
            try:
                ward = f"{chance.choice([*CORRECTED, *PASSING])}.{chance.randint(0, 2)}"
                self._open(self.library.ask(f"When does the ferry of ward {ward} open?"))
                self._one_state()
                if chance.random() < 0.2:
                    self.wrong += self.library.verify()
            except Exception as error:  # noqa: BLE001 - whatever comes is told to the test
                self.wrong.append(f"{type(error).__name__}: {error}")

    def _open(self, answer: Answer) -> None:
        self.done["answers"] += 1
        for citation in answer.citations:
            try:
                briefing = self.library.briefing(citation.briefing_id)
            except UnknownBriefing as error:
                self.done["citations of what has gone since"] += 1
                if _REMOVED not in str(error):
                    self.wrong.append(f"a citation that no longer opens: {error}")
                continue
            self.done["citations opened"] += 1
            if briefing.text[citation.start : citation.end] != citation.quote:
                self.wrong.append(f"{citation.quote!r} is not what {citation.briefing_id} says")
        versions = defaultdict(set)
        for citation in answer.citations:
            versions[citation.file].add(citation.briefing_id)
        self.wrong += [f"two versions of {file} in one answer" for file, ids in versions.items() if len(ids) > 1]

    def _one_state(self) -> None:
        """Every passage of the library is found, and of each briefing that is corrected just one version's."""
        self.done["searches"] += 1
        found = {hit.passage.briefing_id for hit in self.library.search("ferry", k=10_000)}
        versions: Counter[str] = Counter()
        for briefing_id in found:
            try:
                versions[self.library.briefing(briefing_id).file] += 1
            except UnknownBriefing:
                continue
        for number in CORRECTED:
            if versions[f"{number:04}.txt"] != 1:
                self.wrong.append(f"{versions[f'{number:04}.txt']} versions of {number:04}.txt in one search")

    def change(self) -> None:
        chance = random.Random(self.seed)
        while self._goes_on("corrections", "additions"):
            try:
                self._change(chance)
            except UnknownBriefing as error:
                # Another process was first.
                if _REMOVED not in str(error):
                    self.wrong.append(str(error))
            except Exception as error:  # noqa: BLE001 - whatever comes is told to the test
                self.wrong.append(f"{type(error).__name__}: {error}")

    def _change(self, chance: random.Random) -> None:
        if chance.random() < 0.5:
            number = chance.choice(CORRECTED)
            file = self.folder / f"{number:04}.txt"
            # Renamed into its place, so that the other process reads one of the two.
            new = file.with_name(f".{self.seed}.txt")
            new.write_text(words_of(number, version=chance.randint(1, 10**6)), encoding="utf-8")
            new.replace(file)
            report = self.library.add(file)
            self.done["corrections"] += 1
        elif chance.random() < 0.6:
            own = self.folder / str(self.seed)
            # Of one name are versions of one briefing alone: those who change add other numbers each.
            number = chance.choice([number for number in PASSING if number % 3 == self.seed % 3])
            report = self.library.add(write_briefings(own, range(number, number + 1), version=self.seed))
            self.done["additions"] += 1
        else:
            passing = [one for one in self.library.summaries() if int(Path(one.file).stem) in PASSING]
            if passing:
                self.library.remove(chance.choice(passing).id)
                self.done["removals"] += 1
            return
        self.wrong += [one.message for one in report.failed]

    def work(self) -> None:
        chance = random.Random(self.seed)
        number, own = self.seed * 10_000, list[str]()
        while time.monotonic() < self.end:
            act = chance.random()
            if act < 0.6:
                files = write_briefings(self.folder / str(self.seed), range(number, number + chance.randint(1, 5)))
                number += len(files)
                report = self.library.add(files)
                assert not report.failed
                added = [one.briefing_id for one in report.files if one.briefing_id]
                own += added
                print("added", *added, flush=True)
            elif act < 0.9 and own:
                gone = own.pop(chance.randrange(len(own)))
                print("removing", gone, flush=True)
                self.library.remove(gone)
                print("removed", gone, flush=True)
            elif act > 0.97:
                # Brings the indexes forward, and saves them where there are none.
                assert self.library.search("ferry")
                print("searched", flush=True)


if __name__ == "__main__":
    role, place, model, folder, seconds, seed = sys.argv[1:]
    try:
        with Library.open(settings=Settings(library=Path(place), model=model)) as opened:
            if role == "ask":
                opened.load_model()
            print("ready", flush=True)
            sys.stdin.readline()
            together = Together(opened, Path(folder), float(seconds), int(seed))
            getattr(together, role)()
        print(json.dumps({"done": together.done, "wrong": together.wrong}))
    except OnRecordError as error:
        print(json.dumps({"done": {}, "wrong": [str(error)]}))
