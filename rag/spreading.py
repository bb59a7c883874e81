"""Adding files with many machines: a Ray cluster reads and embeds, and this process decides and writes, as `add` does.

This process lists the files and asks the library which of them are new. Ray Data takes those from here, by the ways of
one node, to actors on all nodes, each with a model of its own, and hands back briefings with their vectors. Each is
written in one transaction as it comes. What a node that dies had in hand is done again by another, unless it was in
hand twice when something died; what never comes back is added here in the end.
"""

from __future__ import annotations

import logging
import os
import pickle
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from onrecord.embeddings import Encoder, load_encoder
from onrecord.rag.adding import (
    Added,
    AddReport,
    Progress,
    Ready,
    ToAdd,
    add_originals,
    decided,
    ready,
    written,
)
from onrecord.rag.documents import id_of
from onrecord.rag.embedding import embed, model_kept
from onrecord.rag.errors import InvalidRequest, OnRecordError, UnreadableFile
from onrecord.rag.hearing.listening import HeardSoFar
from onrecord.rag.originals import Loaded, Original, documents_of, origin
from onrecord.rag.readers import Packed, read_one, unpacked
from onrecord.rag.settings import Settings
from onrecord.rag.store import Embedded, EmbeddingModel, Store
from onrecord.rag.store.refusing import require_model

if TYPE_CHECKING:
    from ray.data import Dataset

# A cluster made of this machine alone, for as long as one addition takes.
LOCAL = "local"
_REMOTE_CLIENT = "ray://"
_SECONDS_TO_ANSWER = 5
# Nobody is told how Ray is used. What it says of itself (a part to standard output, even when told not to) is not for a
# terminal: what goes wrong with a document comes back with it, all else as an error.
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DATA_LOG_LEVEL": "CRITICAL",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
}
# What one actor embeds at a time: some hundred passages, ten seconds' work, so that a node that dies loses little and
# all have finished at about the same time.
_BYTES_AT_ONCE = 100_000
# Files that one task opens: none takes long, and starting a task takes milliseconds.
_FILES_A_TASK = 50
# Tasks that open files at the same time; without a limit Ray starts a process for each, as they ask for no processor.
_OPENING = 2
# One death may be the machine's; a document that was in hand at two is not tried on a third process.
_MOST_DEATHS = 2

# Which file, and which document of it.
_Where = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Task:
    """A file with documents to embed, by their number in it."""

    place: int
    original: Original
    wanted: Mapping[int, tuple[str, ToAdd]]


@dataclass(frozen=True, slots=True)
class _Embedded:
    """A briefing that only waits to be written."""

    ready: Ready
    wanted: ToAdd
    embedded: tuple[Embedded, ...]
    model: EmbeddingModel


@dataclass(frozen=True, slots=True)
class _Deadly:
    """A document that is not tried again."""

    name: str

    def added(self) -> Added:
        return Added(
            self.name,
            "failed",
            message=f"{self.name}: {_MOST_DEATHS} processes that read it ended before they were done with it, perhaps "
            "for want of memory. The rest goes on without it. Add it alone and without --ray, where there is more "
            "memory, or in parts.",
        )


@dataclass(slots=True)
class _Plan:
    """What became of documents, which are to be embedded, and which wait for another of the same content."""

    outcomes: dict[_Where, Added] = field(default_factory=dict)
    deadly: set[_Where] = field(default_factory=set)
    tasks: list[_Task] = field(default_factory=list)
    copies: dict[_Where, _Where] = field(default_factory=dict)


def spread_originals(
    store: Store,
    settings: Settings,
    encoder: Callable[[], Encoder],
    originals: Sequence[Original],
    cluster: str,
    progress: Callable[[Progress], None] | None,
) -> AddReport:
    """Add files as `add_originals` does, read and embedded by the Ray cluster at an address, or `local`.

    `encoder` is called only for what the cluster could not do. Raises InvalidRequest where there is no such cluster,
    and OnRecordError where it fails as a whole; what was written stays.
    """

    def advance(done: int, passages: int, file: str) -> None:
        if progress:
            progress(Progress(done, len(originals), passages, file))

    plan = _planned(store, originals, lambda file: advance(0, 0, file))
    outcomes = plan.outcomes
    if plan.tasks:
        left = {task.place: len(task.wanted) for task in plan.tasks}
        settled, passages = len(originals) - len(left), 0
        with _connected(cluster):
            for place, result in _results(plan.tasks, settings.model):
                if place in outcomes:
                    continue
                if isinstance(result, _Deadly):
                    plan.deadly.add(place)
                    result = result.added()
                added = result if isinstance(result, Added) else _written(store, result)
                if added is None:
                    continue
                outcomes[place] = added
                passages += added.passages
                left[place[0]] -= 1
                settled += left[place[0]] == 0
                advance(settled, passages, added.file)
    _finish(store, encoder, originals, plan)
    advance(len(originals), sum(one.passages for one in outcomes.values()), "")
    return AddReport(tuple(outcomes[place] for place in sorted(outcomes)))


def _planned(store: Store, originals: Sequence[Original], show: Callable[[str], None]) -> _Plan:
    """Ask the store about every document; nothing is read but its bytes."""
    plan = _Plan()
    waiting: dict[str, tuple[_Where, str]] = {}
    for number, asked in enumerate(originals):
        show(asked.name)
        original = _fetched(asked) if "://" in asked.source else asked
        wanted: dict[int, tuple[str, ToAdd]] = {}
        for part, (packed, found) in enumerate(documents_of(original, unpacked)):
            place = (number, part)
            if isinstance(packed, OnRecordError):
                plan.outcomes[place] = Added(found.name, "failed", message=str(packed))
                continue
            briefing_id = id_of(packed.data)
            first, same = waiting.get(briefing_id, (None, None))
            try:
                source, metadata = origin(found, packed.name)
                decision = decided(store, briefing_id, packed.name, source, metadata, same=same)
            except OnRecordError as error:
                decision = Added(packed.name, "failed", message=str(error))
            if isinstance(decision, Added):
                plan.outcomes[place] = decision
                if first is not None:
                    plan.copies[place] = first
            else:
                waiting[briefing_id] = place, packed.name
                wanted[part] = briefing_id, decision
        if wanted:
            plan.tasks.append(_Task(number, original, wanted))
    return plan


def _fetched(original: Original) -> Original:
    """A web page that is fetched now, and once."""
    try:
        return replace(original, load=partial(_given, original.load(_untold)))
    except OnRecordError as error:
        return replace(original, load=partial(_given, error))


def _untold(_seconds: float, _whole: float | None) -> None:
    """Nobody is told how far the hearing of a recording has come: an address leads to none."""


def _given(loaded: Loaded | OnRecordError, _told: HeardSoFar) -> Loaded:
    if isinstance(loaded, OnRecordError):
        raise loaded
    return loaded


def _written(store: Store, new: _Embedded) -> Added | None:
    """Write a briefing, unless somebody else has meanwhile; None where it has become a version of another."""
    held = store.model()
    require_model(held, new.model)
    briefing, wanted = new.ready.briefing, new.wanted
    decision = decided(store, briefing.id, briefing.file, wanted.source, wanted.metadata)
    if isinstance(decision, Added):
        return decision
    if decision.lineage != wanted.lineage:
        return None
    return written(store, replace(new.ready, outcome=decision.outcome), new.embedded, new.model)


def _finish(store: Store, encoder: Callable[[], Encoder], originals: Sequence[Original], plan: _Plan) -> None:
    """Add here what did not come back, as it changed meanwhile or a copy of it could not be read."""
    missing = {(task.place, part) for task in plan.tasks for part in task.wanted} - plan.outcomes.keys()
    for copy, first in plan.copies.items():
        if first in plan.deadly:
            plan.outcomes[copy] = _Deadly(plan.outcomes[copy].file).added()
        elif first in missing or plan.outcomes[first].outcome == "failed":
            missing.add(copy)
    for number in sorted({number for number, _ in missing}):
        report = add_originals(store, encoder, [originals[number]], None)
        found = {(number, part): added for part, added in enumerate(report.files)}
        plan.outcomes.update((place, added) for place, added in found.items() if place in missing)


def _results(tasks: Sequence[_Task], model: str | None) -> Iterator[tuple[_Where, Added | _Embedded | _Deadly]]:
    """What the cluster makes of documents, in the order in which it is done with them."""
    from ray.exceptions import RayError

    try:
        for row in _pipeline(tasks, model).iter_rows():
            yield (row["file"], row["part"]), pickle.loads(row["result"])  # noqa: S301  (made by our own actors)
    except RayError as error:
        told = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        raise OnRecordError(
            f"The Ray cluster could not go on ({told}). What was added stays; the same command goes on from there."
        ) from error


def _pipeline(tasks: Sequence[_Task], model: str | None) -> Dataset:
    """Files opened on this node, where they lie, then read and embedded on all."""
    import ray
    from ray.data import ActorPoolStrategy, DataContext

    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.target_max_block_size = _BYTES_AT_ONCE
    processors = int(ray.cluster_resources().get("CPU", 0))  # type: ignore[no-untyped-call]  # it has no types
    if processors < 1:
        raise InvalidRequest("The Ray cluster has no processors. Start its nodes with --num-cpus of 1 or more.")
    here = {"ray.io/node-id": ray.get_runtime_context().get_node_id()}
    in_hand = ray.remote(num_cpus=0, label_selector=here)(_InHand).remote()
    rows = [{"task": pickle.dumps(task)} for task in tasks]
    blocks = -(-len(rows) // _FILES_A_TASK)
    return (
        ray.data.from_items(rows, override_num_blocks=blocks)
        .flat_map(_opened, num_cpus=0, label_selector=here, concurrency=min(_OPENING, blocks))
        .map_batches(
            _Actor,
            fn_constructor_args=(model, in_hand),
            batch_size=None,
            num_cpus=1,
            compute=ActorPoolStrategy(min_size=1, max_size=processors),
        )
    )


def _opened(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The documents of a file that are to be embedded; one that has changed since it was asked about is left out."""
    task: _Task = pickle.loads(row["task"])  # noqa: S301  (made by `_pipeline`)
    for part, (packed, _) in enumerate(documents_of(task.original, unpacked)):
        briefing_id, wanted = task.wanted.get(part, ("", None))
        if wanted is not None and not isinstance(packed, OnRecordError) and id_of(packed.data) == briefing_id:
            yield {"file": task.place, "part": part, "document": pickle.dumps((packed, wanted))}


class _InHand:
    """Which documents were begun and not ended, as often as what had them in hand has died; one, on this node."""

    def __init__(self) -> None:
        self._begun: Counter[_Where] = Counter()

    def begin(self, place: _Where) -> int:
        """Note that somebody begins with a document; returns how often that was noted before and came to no end."""
        self._begun[place] += 1
        return self._begun[place] - 1

    def end(self, place: _Where) -> None:
        """Note that it is done, and whatever happens next is not its doing."""
        del self._begun[place]


class _Actor:
    """Reads documents and embeds their passages, somewhere in the cluster."""

    def __init__(self, model: str | None, in_hand: Any) -> None:
        """Load a model; `in_hand` is Ray's handle of the `_InHand` that all share."""
        self._encoder = load_encoder(model, cache=Settings.load().cache)
        self._model = model_kept(self._encoder)
        self._in_hand = in_hand

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[Any]]:
        """What documents have become: columns `file`, `part` and `result`."""
        places = [(int(file), int(part)) for file, part in zip(batch["file"], batch["part"], strict=True)]
        results = [
            self._made(place, *pickle.loads(document))  # noqa: S301  (made by `_opened`)
            for place, document in zip(places, batch["document"], strict=True)
        ]
        return {
            "file": [file for file, _ in places],
            "part": [part for _, part in places],
            "result": [pickle.dumps(result) for result in results],
        }

    def _made(self, place: _Where, packed: Packed, wanted: ToAdd) -> Added | _Embedded | _Deadly:
        import ray

        deaths: int = ray.get(self._in_hand.begin.remote(place))
        made = _Deadly(packed.name) if deaths >= _MOST_DEATHS else self._embedded(packed, wanted)
        self._in_hand.end.remote(place)
        return made

    def _embedded(self, packed: Packed, wanted: ToAdd) -> Added | _Embedded:
        document = read_one(packed)
        if isinstance(document, UnreadableFile):
            return Added(packed.name, "failed", message=str(document))
        made = ready(document, wanted)
        if isinstance(made, Added):
            return made
        return _Embedded(made, wanted, tuple(embed(made.passages, self._encoder)), self._model)


@contextmanager
def _connected(cluster: str) -> Iterator[None]:
    """Within the block this process is part of the cluster; raises InvalidRequest where it cannot be."""
    # Read when ray is imported.
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError as error:
        raise InvalidRequest("Adding with Ray needs one more package: pip install 'onrecord[ray]'") from error
    if ray.is_initialized():
        # By a program of which this is a part.
        yield
        return
    if cluster != LOCAL:
        _reach(cluster)
    try:
        ray.init(cluster, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        told = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InvalidRequest(
            f"{cluster}: this process cannot take part in the Ray cluster ({told}). Run the command on one of its "
            "machines, as whoever started it there."
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _reach(cluster: str) -> None:
    """Raise InvalidRequest where nothing answers at an address: Ray itself would try for minutes."""
    host, _, port = cluster.rpartition(":")
    if cluster.startswith(_REMOTE_CLIENT) or not host or not port.isdecimal():
        raise InvalidRequest(f"{cluster!r} is no address of a Ray cluster. Write HOST:PORT, or local for this machine.")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _SECONDS_TO_ANSWER).close()
    except (OSError, OverflowError) as error:
        raise InvalidRequest(
            f"{cluster}: no Ray cluster answers there ({error}). Start one with `ray start --head`, which prints its "
            "address."
        ) from error
