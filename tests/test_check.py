"""Each quotation of an article gets the verdict it deserves; an altered one is never called verbatim."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from records import passages_of_turns, spoken_briefing

from onrecord.rag import EXPORT_FORMATS, InvalidRequest, Library, UnreadableFile
from onrecord.rag.checking.alignment import nearest, runs
from onrecord.rag.checking.article import claims
from onrecord.rag.checking.check import POLICY, CheckReport, Finding, check
from onrecord.rag.checking.exporting import export_report
from onrecord.rag.checking.opening import article_in
from onrecord.rag.checking.report import report_html, report_text
from onrecord.rag.checking.speaker import said_by
from onrecord.rag.people.names import Known
from onrecord.rag.text.quotes import verify
from onrecord.rag.types import Briefing, Passage

_TURNS = (
    (
        "Ada Brook",
        "Minister of Ports",
        "The harbour will not close this winter. It reopens fully on 4 May, ice or no ice.",
    ),
    ("Iwan Hale", None, "Minister, will the fee go up? The fishermen say they cannot pay any more."),
    (
        "Ada Brook",
        "Minister of Ports",
        "We do not raise fees in an election year. Nobody will pay more than 12 crowns.",
    ),
    (
        "Jean Morel",
        "ministre des Transports",
        "Le pont sera rouvert avant Noël, et il sera gratuit pour tous les habitants.",
    ),
)


class _Record:
    """Two invented briefings, whole, as candidates for everything; nearness in sense by a word list."""

    def __init__(self) -> None:
        made = [
            spoken_briefing(said, id=f"b{number}", title=f"Briefing {number}", language=language)
            for number, language, said in ((1, "en", _TURNS[:3]), (2, "fr", _TURNS[3:]))
        ]
        self.briefings = {briefing.id: briefing for briefing in made}
        self.passages = [
            passage for number, briefing in enumerate(made, 1) for passage in passages_of_turns(briefing, 100 * number)
        ]

    def candidates(self, quotation: str) -> Sequence[Passage]:
        return self.passages

    def across(self, quotation: str, speaker: str | None) -> Sequence[Passage]:
        own = "fr" if re.search(r"\b(le|la|les|et|ne|sera)\b", quotation) else "en"
        return [passage for passage in self.passages if passage.language != own]

    def briefing(self, briefing_id: str) -> Briefing:
        return self.briefings[briefing_id]

    def speakers(self) -> Sequence[str]:
        return [speaker for speaker, *_ in _TURNS]

    def similarity(self, quotation: str, texts: Sequence[str]) -> Sequence[float]:
        pairs = {"bridge": "pont", "christmas": "noël", "port": "harbour", "hiver": "winter", "harbour": "port"}
        words = {pairs.get(word, word) for word in re.findall(r"\w+", quotation.lower())}
        return [len(words & set(re.findall(r"\w+", text.lower()))) / 3 for text in texts]


_RECORD = _Record()


def _only(article: str) -> Finding:
    report = check(article, _RECORD)
    _assert_sound(report)
    (finding,) = report.findings
    return finding


def _assert_sound(report: CheckReport) -> None:
    citations = [citation for finding in report.findings for citation in finding.citations]
    assert [citation.number for citation in citations] == list(range(1, len(citations) + 1))
    assert all(verify(citation, _RECORD.briefings[citation.briefing_id]) for citation in citations)
    assert sum(report.counts.values()) == len(report.findings)
    for finding in report.findings:
        assert bool(finding.citations) == (finding.verdict != "not_found")


@pytest.mark.parametrize(
    ("article", "verdict", "quotes"),
    [
        (
            "“The harbour will not close this winter,” said Ada Brook.",
            "verbatim",
            ["The harbour will not close this winter"],
        ),
        (
            'Ada Brook said: "the harbour will not close … ice or no ice".',
            "verbatim",
            ["The harbour will not close", "ice or no ice"],
        ),
        (
            "“The harbour,” Ms Brook said, “will not close this winter.”",
            "verbatim",
            ["The harbour", "will not close this winter."],
        ),
        (
            "“The harbour will not close this winter,” said Iwan Hale.",
            "other_speaker",
            ["The harbour will not close this winter"],
        ),
        (
            "“The harbour will close this winter,” said Ada Brook.",
            "altered",
            ["The harbour will not close this winter"],
        ),
        ("Brook promised: “Nobody will pay more than 15 crowns.”", "altered", ["Nobody will pay more than 12 crowns"]),
        (
            "Brook: “It reopens fully on 4 May … We do not raise fees.”",
            "stitched",
            ["It reopens fully on 4 May", "We do not raise fees"],
        ),
        (
            "Brook: “It reopens fully on 4 May, we do not raise fees.”",
            "stitched",
            ["It reopens fully on 4 May", "We do not raise fees"],
        ),
        (
            "“The bridge reopens before Christmas,” said Morel.",
            "translated",
            ["Le pont sera rouvert avant Noël, et il sera gratuit pour tous les habitants"],
        ),
        ("“We shall build three new schools,” said Ada Brook.", "not_found", []),
        (
            "Ada Brook said that the harbour would not close this winter.",
            "altered",
            ["The harbour will not close this winter"],
        ),
        ("According to the minister, schools are to be rebuilt by the sea.", "not_found", []),
        ("« Le pont sera rouvert avant Noël », a déclaré Jean Morel.", "verbatim", ["Le pont sera rouvert avant Noël"]),
        ("« Le pont, a dit M. Morel, sera rouvert avant Noël. »", "verbatim", ["Le pont", "sera rouvert avant Noël"]),
        ("« Le pont sera rouvert après Noël », a déclaré Jean Morel.", "altered", ["Le pont sera rouvert avant Noël"]),
    ],
)
def test_verdicts(article: str, verdict: str, quotes: list[str]) -> None:
    finding = _only(article)
    assert finding.verdict == verdict
    assert [citation.quote.rstrip(",.") for citation in finding.citations] == [quote.rstrip(",.") for quote in quotes]


def test_the_difference_is_shown_word_by_word() -> None:
    finding = _only("Brook promised: “Nobody will pay over 15 crowns.”")
    assert [(change.kind, change.quoted, change.source) for change in finding.changes] == [
        ("same", "Nobody will pay", "Nobody will pay"),
        ("changed", "over 15", "more than 12"),
        ("same", "crowns", "crowns"),
    ]


def _checked_against(said: str, article: str, language: str = "en") -> tuple[Finding, Briefing]:
    """The one finding of an article against one turn of Ada Brook's."""
    made = spoken_briefing((("Ada Brook", None, said),), id="w", title="One", language=language)
    record = _Record()
    record.briefings, record.passages = {"w": made}, list(passages_of_turns(made, 1))
    [finding] = check(article, record).findings
    return finding, made


@pytest.mark.parametrize(
    ("quoted", "said", "verdict"),
    [
        # Two sentences that share "the war" and no more.
        ("losing the war", "We will try again. So, the war goes on, and we are ready.", "not_found"),
        ("the price of bread", "They have met again. The price was never discussed here.", "not_found"),
        # What is kept outweighs the change.
        ("The war is over and nobody has won it", "So the war is over, and nobody lost it.", "altered"),
        ("nobody will lose the war", "We are sure that nobody will win the war.", "altered"),
    ],
)
def test_a_few_words_in_common_are_no_trace_of_a_sentence(quoted: str, said: str, verdict: str) -> None:
    assert _checked_against(said, f"“{quoted}”, said Ada Brook.")[0].verdict == verdict


@pytest.mark.parametrize(
    ("language", "said", "quoted", "restriction"),
    [
        ("en", "We will pay, but only if they ask. So be it.", "We will pay", "but only if they ask."),
        ("en", "We will pay unless it rains.", "We will pay", "unless it rains."),
        ("en", "We will pay. But not today.", "We will pay", ""),
        ("en", "We will pay, and we will sail.", "We will pay", ""),
        ("en", "We will pay, except on Sundays, and sail.", "We will pay … and sail", "except on Sundays"),
        ("en", "We will pay, but only if they ask.", "We will pay, but only if they ask", ""),
        ("fr", "Nous paierons, mais pas cette année.", "Nous paierons", "mais pas cette année."),
        ("fr", "Nous paierons tous sauf le dimanche.", "Nous paierons tous", "sauf le dimanche."),
        (
            "de",
            "Wir werden zahlen, es sei denn, der Rat lehnt ab.",
            "Wir werden zahlen",
            "es sei denn, der Rat lehnt ab.",
        ),
        ("es", "Vamos a pagar, salvo los domingos.", "Vamos a pagar", "salvo los domingos."),
    ],
)
def test_a_quotation_cut_before_what_limits_it_is_flagged(
    language: str, said: str, quoted: str, restriction: str
) -> None:
    finding, made = _checked_against(said, f"“{quoted}”, said Ada Brook.", language)
    around = finding.sentences[0]
    assert (finding.verdict, around.restriction) == ("verbatim", restriction)
    assert made.text[around.start : around.end] == around.text
    assert restriction in report_text(CheckReport("x" * 99, (finding,)))


def test_each_citation_comes_with_its_whole_sentences() -> None:
    finding = _only("“will not close … on 4 May”, said Ada Brook.")
    assert [one.text for one in finding.sentences] == [
        "The harbour will not close this winter.",
        "It reopens fully on 4 May, ice or no ice.",
    ]


def test_repeated_quotations_are_looked_up_once() -> None:
    class Counted(_Record):
        asked = 0

        def candidates(self, quotation: str) -> Sequence[Passage]:
            self.asked += 1
            return super().candidates(quotation)

    record = Counted()
    report = check(" ".join(f"“{letter}”" for letter in "abcdefghij" * 300), record)
    assert len(report.findings) == 3000
    assert record.asked <= 20
    assert [report.findings[place].start for place in (0, 10)] == [0, 40]
    numbers = [citation.number for finding in report.findings for citation in finding.citations]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_report_is_exported_in_every_format() -> None:
    article = "=1+1 “The harbour will close *this* winter,” said Ada <b>Brook</b>. “Nobody said this at all.”"
    report = check(article, _RECORD)
    for format in EXPORT_FORMATS:
        for language in ("en", "fr", "de", "es"):
            assert export_report(report, format, language=language)
    shown = str(export_report(report, "markdown"))
    assert "<b>" not in re.sub(r"\\.", "", shown)
    assert "*this*" not in shown
    rows = list(csv.DictReader(io.StringIO(str(export_report(report, "csv")).removeprefix("\ufeff"))))
    assert [(row["verdict"], row["policy"]) for row in rows] == [("altered", POLICY), ("not_found", POLICY)]
    with pytest.raises(InvalidRequest, match="no export format"):
        export_report(report, "pdf")  # type: ignore[arg-type]


def test_an_article_is_opened_by_the_readers_of_briefings() -> None:
    assert "“Yes,” she said." in article_in("a.md", "# Title\n\n“Yes,” she said.\n".encode())
    assert "“Yes,” she said." in article_in("a.html", "<html><body><p>“Yes,” she said.</p></body></html>".encode())
    with pytest.raises(UnreadableFile, match=r"a\.pdf"):
        article_in("a.pdf", b"%PDF-1.4 broken")
    with pytest.raises(UnreadableFile, match="200,000"):
        article_in("long.txt", b"word " * 50_000)


def test_figures_that_a_translation_changes_are_pointed_out() -> None:
    finding = _only("« Le port rouvre le 5 mai, après cet hiver, close ou non », a dit Mme Brook.")
    assert finding.verdict == "translated"
    assert [(change.quoted, change.source) for change in finding.changes] in ([], [("5", "4")])


_SENTENCES = [sentence for *_, words in _TURNS for sentence in re.findall(r"[^.?]+[.?]", words)]


@given(
    sentence=st.sampled_from(_SENTENCES),
    data=st.data(),
    word=st.sampled_from(["not", "never", "no", "zebra", "99", "un", "rien"]),
)
@settings(max_examples=250, deadline=None)
def test_no_altered_quotation_is_called_verbatim(sentence: str, data: st.DataObject, word: str) -> None:
    words = sentence.split()
    position = data.draw(st.integers(0, len(words) - 1))
    change = data.draw(st.sampled_from(["replace", "insert", "drop"]))
    if change == "drop" and 0 < position < len(words) - 1:
        altered = words[:position] + words[position + 1 :]
    elif change == "insert" and position:
        altered = [*words[:position], word, *words[position:]]
    else:
        altered = [*words[:position], word, *words[position + 1 :]]
    if altered == words:
        return
    assert _only(f"Someone said: “{' '.join(altered)}”").verdict not in ("verbatim", "other_speaker")


@given(st.text(alphabet="“”«»\"'‘’ abA.,:;!?\n… said a-t-il dit X", max_size=120))
@settings(max_examples=300, deadline=None)
def test_any_text_is_checked(article: str) -> None:
    report = check(article, _RECORD)
    _assert_sound(report)
    for finding in report.findings:
        assert 0 <= finding.start < finding.end <= len(article)
    assert json.loads(json.dumps(asdict(report)))["article"] == article
    assert report_text(report)


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        ("“Yes,” he said.", [(None, "Yes,")]),
        ("Ada Brook arrived late. “Yes,” she said.", [("Ada Brook", "Yes,")]),
        ("“Yes, we go,” said the Minister of Ports, Ada Brook.", [("Ada Brook", "Yes, we go,")]),
        ("Asked by Iwan Hale, Ada Brook, speaking in Lysvik, said: “Yes.”", [("Ada Brook", "Yes.")]),
        ("“One.” Brook said. “Two.”", [("Brook", "One."), ("Brook", "Two.")]),
        ("“One,” Brook said, “and two.”", [("Brook", "One, … and two.")]),
        ("Brook wrote:\n“First paragraph.\n\n“Second paragraph.”", [("Brook", "First paragraph. … Second paragraph.")]),
        ("‘We don’t know,’ said Brook of the Allies’ ships.", [("Brook", "We don’t know,")]),
        ("He said: “She told me ‘no’ and left.”", [(None, "She told me ‘no’ and left.")]),
        ("« C’est “fini” », a affirmé M. Morel.", [("M. Morel", "C’est “fini”")]),
        ("Selon Jean Morel, « tout va bien ».", [("Jean Morel", "tout va bien")]),
        ("Jean Morel est venu. « Oui », a-t-il dit.", [("Jean Morel", "Oui")]),
        ("M. Morel a déclaré que le pont serait rouvert.", [("M. Morel", "le pont serait rouvert")]),
        ("The bridge will open soon, Mr Morel said on Monday.", [("Mr Morel", "The bridge will open soon")]),
        ("A “historic” day.", [(None, "historic")]),
        ("It's 5\" wide and Brook's boat isn't here.", []),
    ],
)
def test_claims_are_read_with_their_speakers(article: str, expected: list[tuple[str | None, str]]) -> None:
    assert [(claim.speaker, claim.text) for claim in claims(article, frozenset({"brook"}))] == expected


@pytest.mark.parametrize(
    ("named", "speaker", "role", "same"),
    [
        ("Rutten", "Ada Rutten", None, "yes"),
        ("Ms Rutten", "RUTTEN", None, "yes"),
        ("A. Rutten", "Ada Rutten", None, "yes"),
        ("Secretary General Ada Ruten", "Ada Rutten", "Secretary General", "yes"),
        ("Frédéric Besançon", "Frederic Besancon", None, "yes"),
        ("the Secretary General", "Ada Rutten", "NATO Secretary General", "yes"),
        ("the minister", "Ada Rutten", "Secretary General", "unknown"),
        ("Secretary General Ada Rutten", "Secretary General", None, "yes"),
        ("Erik Rutten", "Ada Rutten", None, "no"),
        ("Iwan Hale", "Ada Rutten", "Secretary General", "no"),
        ("Hale", "Ada Rutten", None, "no"),
        ("Mr. Rutten", "Ms. Rutten", None, "no"),
        ("la ministre", "Ada Rutten", "Minister of Ports", "yes"),
        ("NATO", "Ada Rutten", "NATO Secretary General", "unknown"),
        ("Rutten", "Speaker 1", None, "unknown"),
    ],
)
def test_names_are_compared_with_the_record(named: str, speaker: str, role: str | None, same: str) -> None:
    assert said_by(named, Known(speaker, role)).same == same


@pytest.mark.parametrize(
    ("named", "told", "same", "may_be"),
    [
        ("Marsh", [], "unknown", ("Clara Marsh", "Owen Marsh")),
        ("Marsh", ["Clara Marsh"], "no", ()),
        ("Marsh", ["Owen Marsh"], "yes", ()),
        ("Marsh", ["Owen Marsh", "Clara Marsh"], "unknown", ("Clara Marsh", "Owen Marsh")),
        ("Owen Marsh", ["Clara Marsh"], "yes", ()),
        ("Health Minister Marsh", [], "no", ()),
        ("Oscar Marsh", [], "no", ()),
        ("Minister Marsh", [], "unknown", ("Clara Marsh", "Owen Marsh")),
        ("the minister", [], "unknown", ("Clara Marsh", "Owen Marsh")),
        ("the minister for ports", [], "yes", ()),
        ("the health minister", [], "no", ()),
        ("the leader of the opposition", [], "no", ()),
        ("the mayor", [], "unknown", ()),
    ],
)
def test_whom_of_two_people_a_text_means(named: str, told: list[str], same: str, may_be: tuple[str, ...]) -> None:
    present = [
        Known("Owen Marsh", "Minister for Ports"),
        Known("Clara Marsh", "Minister for Health"),
        Known("Lena Vosk", "Leader of the Opposition"),
    ]
    names = ["Clara Marsh", "Lena Vosk", "Owen Marsh"]
    said = said_by(named, present[0], present=present, on_record=names, told=told)
    assert (said.same, tuple(sorted(said.may_be))) == (same, may_be)


def test_the_nearest_place_and_its_similarity() -> None:
    texts = ["Nothing of the kind.", "We said that the gates will close in the spring of 2028, not before."]
    near = nearest("the gates will close in the spring of 2026", texts, languages=("en",))
    assert near is not None
    assert texts[near.index][near.span.start : near.span.end] == "the gates will close in the spring of 2028"
    assert 0.7 < near.similarity < 1
    assert nearest("zebra", texts, languages=("en",)) is None
    assert nearest("", texts, languages=("en",)) is None


@given(
    st.lists(st.sampled_from(["the", "a", "cat", "dog", "sat", "mat", "on", "not", "ran"]), min_size=1, max_size=8),
    st.data(),
)
@settings(max_examples=150, deadline=None)
def test_an_exact_quotation_is_nearest_to_itself(words: list[str], data: st.DataObject) -> None:
    around = st.lists(st.sampled_from(["one", "two", "cat", "the"]), max_size=4)
    text = " ".join([*data.draw(around), *words, *data.draw(around)])
    near = nearest(" ".join(words), ["other words", text], languages=("en",))
    assert near is not None
    assert near.similarity == 1
    assert text[near.span.start : near.span.end] == " ".join(words)
    assert {change.kind for change in near.changes} == {"same"}


def test_runs_are_the_longest_exact_stretches() -> None:
    quotation = "we stand with you and the price is right"
    found = runs(
        quotation, ["He said we stand with you today.", "and the price is right"], shortest=3, languages=("en",)
    )
    assert [(quotation[run.quoted.start : run.quoted.end], run.index) for run in found] == [
        ("we stand with you", 0),
        ("and the price is right", 1),
    ]


def test_the_report_escapes_everything() -> None:
    article = "“The harbour will close <script>alert(1)</script> this winter,” said Ada <b onclick=x>Brook</b>. & “Yes”"
    page = lxml_html.fromstring(report_html(check(article, _RECORD)))
    assert not page.xpath("//script|//b|//@onclick|//link|//img")
    assert str(page.xpath("string(//div[@class='article'])")) == article
    assert "introuvable" in report_html(check(article, _RECORD), language="fr")
    assert report_text(check("No quotation here", _RECORD)).startswith("The text holds no quotation")


def test_an_invented_article_against_the_samples(sample_library: Library) -> None:
    folder = Path(__file__).parent.parent / "benchmarks" / "check"
    expected = [json.loads(line) for line in (folder / "verdicts.jsonl").read_text("utf-8").splitlines()]
    reports = {
        name: sample_library.check((folder / name).read_text("utf-8"))
        for name in {gold["article"] for gold in expected}
    }
    assert len(expected) == sum(len(report.findings) for report in reports.values()) == 30
    verdicts = []
    for gold in expected:
        found = [one.verdict for one in reports[gold["article"]].findings if one.text.startswith(gold["begins"])]
        verdicts.append((gold["verdict"], found[0]))
    assert sum(wanted == found for wanted, found in verdicts) >= 28
    assert ("altered", "verbatim") not in verdicts
    for report in reports.values():
        for citation in (one for finding in report.findings for one in finding.citations):
            assert verify(citation, sample_library.briefing(citation.briefing_id))


JOINT = """JOINT PRESS CONFERENCE
Wenlow, 9 April 2025

Prime Minister Edith Harrow: Good morning. As Minister Falk told me this morning: “Not one pier will close.” That is \
the policy of this government, and I stand by it.

Premier ministre Luc Bertin : Bonjour à tous. Ce câble est une chance pour nos deux pays. Corvanne paiera la moitié.

Tom Askew (Wenlow Post): Did you say that “no boat will be scrapped”?

Prime Minister Edith Harrow: I said that no boat will be scrapped against its owner's will.
"""


@pytest.fixture(scope="module")
def joint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("joint")
    (folder / "joint.txt").write_text(JOINT, encoding="utf-8")
    with Library.open(folder / "library") as library:
        library.add(folder / "joint.txt")
        yield library


@pytest.mark.parametrize(
    ("article", "verdict", "cited"),
    [
        # What a speaker quotes is whose it is quoted from.
        ("“Not one pier will close,” Minister Falk said.", "verbatim", ("Falk", "reported")),
        ("“Not one pier will close,” Edith Harrow said.", "other_speaker", ("Falk", "reported")),
        # One briefing in two languages: its French words are translated like those of a French one.
        ("“This cable is a chance for our two countries,” Luc Bertin said.", "translated", ("Luc Bertin", "statement")),
        # Whoever asks puts words to somebody; the answer is where they stand.
        ("“No boat will be scrapped,” the government says.", "verbatim", ("Edith Harrow", "answer")),
    ],
)
def test_whose_words_a_quotation_is_in_a_joint_press_conference(
    joint: Library, article: str, verdict: str, cited: tuple[str, str]
) -> None:
    (finding,) = joint.check(article).findings
    (citation,) = finding.citations
    assert (finding.verdict, (citation.speaker, citation.kind)) == (verdict, cited)


def test_an_empty_text_is_refused(sample_library: Library) -> None:
    with pytest.raises(InvalidRequest, match="empty"):
        sample_library.check(" \n")
