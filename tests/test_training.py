"""How a reader learns: minimal pairs, batches, the loss, steps that go on where they were cut off, scores, export."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from learning import tiny_encoder, tokenize

from onrecord.embeddings import bundled
from onrecord.embeddings.reader import LONGEST, Passage, open_reader
from onrecord.embeddings.tokenizer import Tokenizer, sentencepiece_model
from training.__main__ import main, report
from training.calibrate import Shifts, shifted, shifts_of
from training.corpus import (
    ALSO,
    GOLD,
    NEITHER,
    OCCASION,
    ON_RECORD,
    TRAP,
    Candidate,
    Corpus,
    CorpusWriter,
    LearnedQuestion,
)
from training.examples import Shown, as_found, batch, example, sequence, without_answer
from training.export import export
from training.model import TrainedReader
from training.objective import log_probabilities, loss
from training.plan import ALONE, TAUGHT, Stage, on_cpu
from training.score import Said, scored, threshold_of
from training.split import Split
from training.train import Material, Steps, Training, order, run, trained

CPU = torch.device("cpu")
# What is on record about three things: (sentences, label of each) a passage.
PASSAGES = (
    (["The ferry sails in June.", "It is an old ship.", "All are glad."], [GOLD, TRAP, ALSO]),
    (["The wall costs 40 crowns.", "Work begins soon."], [NEITHER, NEITHER]),
    (["The ferry is painted green.", "It was blue."], [TRAP, NEITHER]),
    (["The ferry sails in June."], [GOLD]),
)


WORDS = ("when sails it", "who pays", "what costs")


def learned() -> Corpus:
    """Questions about the same passages, of every status, which their words tell."""
    writer = CorpusWriter(tokenize)
    for number in range(12):
        status = ("answered", "asked_not_answered", "not_found")[number % 3]
        candidates = []
        for rank, (sentences, labels) in enumerate(PASSAGES):
            pieces = [f"Briefing {number}", "asked: When is it?", "answer, Varga:", *sentences]
            position = writer.passage((number, rank), pieces, range(3, len(pieces)))
            kept = [TRAP if label in (GOLD, ALSO) and status == "not_found" else label for label in labels]
            candidates.append(Candidate(position, np.array(kept, np.int8), rank if rank < 3 else None))
        swapped = [Candidate(candidates[0].passage, np.zeros(3, np.int8))]
        writer.question(
            f"{WORDS[number % 3]} {number}",
            candidates,
            swapped,
            id=str(number),
            collection="own",
            document=f"{number}-text.txt",
            language="en",
            type="when",
            status=status,  # type: ignore[arg-type]
        )
    return writer.corpus()


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return learned()


@pytest.fixture(scope="module")
def material(corpus: Corpus) -> Material:
    return Material(tiny_encoder(), corpus.passages, Split(corpus.questions, (), (), corpus.questions[:4]))


STAGE = Stage("tiny", layers=2, passes=8, fit=1, rate=2e-3, cut=0, swap=0, questions=4, passages=3, seed=1)


# --- Examples.


def drawn(corpus: Corpus, question: LearnedQuestion, **shares: float) -> list[Shown]:
    one = example(question, corpus.passages, 8, random.Random(1), **({"cut": 0, "swap": 0} | shares))
    assert one.status == ("not_found" if shares else question.status)
    return list(one.shown)


def test_a_minimal_pair_is_the_passage_without_its_answer(corpus: Corpus) -> None:
    question = corpus.questions[0]
    whole, cut = drawn(corpus, question), drawn(corpus, question, cut=1)
    (pair,) = (one for one in cut if one.cut)
    (own,) = (one for one in whole if one.passage is pair.passage)
    assert pair.cut == (0, 2)
    ids, owners = sequence(question.tokens, pair)
    whole_ids, whole_owners = sequence(question.tokens, own)
    kept = ~np.isin(whole_owners, (0, 2))
    assert ids.tolist() == whole_ids[kept].tolist()
    assert owners.tolist() == whole_owners[kept].tolist()
    # What holds nothing but its answer is left out; what never held one is shown as it is.
    assert len(whole) == len(cut) + 1
    assert not any(np.isin(one.labels, (GOLD, ALSO)).any() for one in cut if not one.cut)


def test_a_passage_that_is_all_answer_has_no_minimal_pair(corpus: Corpus) -> None:
    assert without_answer(Shown(corpus.passages[3], np.array([GOLD], np.int8))) is None


def test_another_speaker_answers_nothing(corpus: Corpus) -> None:
    shown = drawn(corpus, corpus.questions[0], swap=1)
    assert not any(np.isin(one.labels, (GOLD, ALSO)).any() for one in shown)
    assert shown[0].rank == 0


def test_an_exchange_is_never_cut(corpus: Corpus) -> None:
    question = replace(corpus.questions[0], status="exchange", swapped=())
    one = example(question, corpus.passages, 8, random.Random(1), cut=1, swap=1)
    assert one.status == "exchange"
    assert not any(shown.cut for shown in one.shown)


def test_answers_come_first_and_traps_before_near_misses(corpus: Corpus) -> None:
    shown = drawn(corpus, corpus.questions[0])
    kinds = [(one.labels == GOLD).any() * 2 + (one.labels == TRAP).any() for one in shown]
    assert [bool(kind >= 2) for kind in kinds] == [True, True, False, False]
    assert kinds[2] == 1
    few = example(corpus.questions[0], corpus.passages, 2, random.Random(1), cut=0, swap=0)
    assert len(few.shown) == 2


def test_context_is_left_out_now_and_then(corpus: Corpus) -> None:
    marks = [example(corpus.questions[0], corpus.passages, 8, random.Random(n), cut=0, swap=0) for n in range(200)]
    for mark in (OCCASION, ON_RECORD):
        assert 10 < sum(mark in one.left_out for one in marks) < 60
    shown = marks[0].shown[0]
    whole, without = (len(sequence(corpus.questions[0].tokens, shown, out)[0]) for out in ((), (OCCASION,)))
    assert whole - without == 2


def test_what_was_not_found_is_not_read_when_scored(corpus: Corpus) -> None:
    assert len(as_found(corpus.questions[0], corpus.passages, 20).shown) == 3
    assert len(as_found(corpus.questions[0], corpus.passages, 2).shown) == 2


# --- Batches.


def test_a_batch_holds_every_sentence_once_with_its_label(corpus: Corpus) -> None:
    examples = [as_found(question, corpus.passages, 20) for question in corpus.questions]
    part = batch(examples)
    held = part.cells >= 0
    assert sorted(part.cells[held].tolist()) == list(range(len(part.sequences)))
    for row, one in enumerate(examples):
        expected = [int(label) for shown in one.shown for label in shown.labels]
        assert part.labels[row][held[row]].tolist() == expected
        (question,) = {tuple(one.question.tokens.tolist())}
        for cell in part.cells[row][held[row]].tolist():
            ids = part.ids[part.sequences[cell]]
            assert tuple(ids[1 : 1 + len(question)].tolist()) == question
            assert (part.owners[part.sequences[cell]] == cell).any()
    starts = [0, *(end for _, end, _ in part.chunks)]
    assert [start for start, _, _ in part.chunks] == starts[:-1]
    assert starts[-1] == len(part.ids)
    for start, end, tokens in part.chunks:
        assert not part.mask[start:end, tokens:].any()


def test_what_lies_beyond_the_limit_is_in_no_batch(corpus: Corpus) -> None:
    writer = CorpusWriter(tokenize)
    position = writer.passage("long", ["answer, Varga:", "word " * LONGEST, "June."], [1, 2])
    question = replace(corpus.questions[0], candidates=(Candidate(position, np.array([TRAP, GOLD], np.int8), 0),))
    part = batch([as_found(question, writer.corpus().passages, 20)])
    assert part.ids.shape[1] == LONGEST
    assert part.labels.tolist() == [[TRAP]]


# --- The loss.


def test_what_is_said_adds_up_and_the_right_thing_costs_least(corpus: Corpus) -> None:
    part = batch([as_found(question, corpus.passages, 20) for question in corpus.questions[:3]])
    nothing = torch.zeros(1)
    scores = torch.zeros(len(part.sequences), 2)
    assert log_probabilities(scores, nothing, part).exp().sum(1).tolist() == pytest.approx([1.0] * 3)
    right, wrong = scores.clone(), scores.clone()
    for row, column in ((0, 0), (1, 1)):
        gold = part.cells[row][part.labels[row] == GOLD]
        right[gold, column] = 5
        wrong[gold, 1 - column] = 5
    right[part.cells[2][part.cells[2] >= 0]] = -5
    wrong[part.cells[2][part.cells[2] >= 0]] = 5
    assert loss(right, nothing, part) < loss(scores, nothing, part) < loss(wrong, nothing, part)


def test_where_no_answer_is_shown_nothing_is_right(corpus: Corpus) -> None:
    question = replace(corpus.questions[0], candidates=corpus.questions[0].candidates[1:2])
    part = batch([as_found(question, corpus.passages, 20)])
    scores = torch.zeros(len(part.sequences), 2)
    assert loss(scores, torch.full((1,), 9.0), part) < 0.01


# --- Steps.


def test_steps_lower_the_loss(material: Material) -> None:
    training = Training(STAGE, material, CPU)
    parts = next(training.batches())

    def lost() -> float:
        training.model.eval()
        with torch.no_grad():
            return float(loss(training.model(parts[0]), training.model.nothing, parts[0]))

    at_first = lost()
    training.learn(parts)
    assert lost() < at_first
    for _ in range(23):
        training.learn(parts)
    assert lost() < 0.8 * at_first


def test_a_stage_that_was_cut_off_goes_on_as_if_it_had_not_been(material: Material, tmp_path: Path) -> None:
    whole, first = (Training(STAGE, material, CPU) for _ in range(2))
    for parts in whole.batches():
        whole.learn(parts)
    for parts, _ in zip(first.batches(), range(10), strict=False):
        first.learn(parts)
    torch.save(first.state(), tmp_path / "tiny.unfinished.pt")
    said: list[str] = []
    run(STAGE, material, tmp_path, CPU, said.append)
    assert "step 10 of 24" in said[0]
    kept = torch.load(tmp_path / "tiny.pt", weights_only=True)
    assert all(torch.equal(kept[name], value) for name, value in whole.mean.items())
    assert not (tmp_path / "tiny.unfinished.pt").exists()
    run(STAGE, material, tmp_path, CPU, said.append)
    assert len(said) == 1


def test_a_reader_follows_its_teacher(material: Material, tmp_path: Path) -> None:
    run(STAGE, material, tmp_path, CPU, lambda _: None)
    follows = replace(STAGE, name="pupil", layers=1, begins_with="tiny", teachers=("tiny",), passes=2)
    run(follows, material, tmp_path, CPU, lambda _: None)
    assert len(trained(follows, tmp_path, material.packed, CPU).layers) == 1


def test_an_order_is_drawn_from_the_seed(material: Material) -> None:
    asked = [one.id for one in order(STAGE, material.split)]
    assert asked == [one.id for one in order(STAGE, material.split)]
    assert asked != [one.id for one in order(replace(STAGE, seed=2), material.split)]
    assert len(asked) == 8 * 12
    mixed = replace(STAGE, passes=1, fit=0.5, first=1)
    assert len(order(mixed, material.split)) == 6 + 4
    late = Steps(STAGE, material, 4, first=20)
    (expected,), (found,) = Steps(STAGE, material, 4)[20], late[0]
    assert torch.equal(expected.ids, found.ids)


@pytest.mark.parametrize("stages", [ALONE, TAUGHT, on_cpu(ALONE)], ids=["alone", "taught", "on a CPU"])
def test_a_plan_builds_on_stages_before(stages: tuple[Stage, ...]) -> None:
    before: dict[str, Stage] = {}
    for stage in stages:
        assert stage.begins_with is None or before[stage.begins_with].layers >= stage.layers
        assert all(teacher in before for teacher in stage.teachers)
        assert stage.name not in before
        before[stage.name] = stage
    assert stages[-1].layers == 7


# --- Scores.


def said_of(status: str, labels: list[int], answers: list[float], opens: list[float], nothing: float) -> Said:
    question = replace(learned().questions[0], status=status)
    return Said(question, np.array(labels), np.array(answers, np.float32), np.array(opens, np.float32), nothing)


def test_scores_are_shares_of_questions() -> None:
    said = [
        said_of("answered", [NEITHER, GOLD], [0.1, 0.7], [0, 0.1], 0.15),
        said_of("answered", [TRAP, NEITHER, ALSO, NEITHER], [0.4, 0.1, 0.2, 0], [0, 0, 0, 0], 0.3),
        said_of("answered", [GOLD], [0.1], [0.6], 0.3),
        said_of("asked_not_answered", [GOLD], [0.1], [0.8], 0.15),
        said_of("asked_not_answered", [GOLD], [0.05], [0.15], 0.8),
        said_of("not_found", [TRAP], [0.1], [0.1], 0.8),
        said_of("not_found", [TRAP], [0.4], [0.4], 0.2),
    ]
    found = scored(said, 0.5)
    assert (found.questions, found.threshold) == (7, 0.5)
    assert found.first == pytest.approx(4 / 5)
    assert found.top3 == 1
    assert found.trapped == pytest.approx(1 / 5)
    assert found.given == pytest.approx(4 / 5)
    assert found.not_found == 0.5
    assert found.open == 0.5
    assert found.wrongly_open == pytest.approx(1 / 3)
    assert found.auroc == pytest.approx((4 + 2) / 10)
    assert 0.15 <= threshold_of(said) < 0.2


def test_scores_are_reported_by_split_and_language() -> None:
    parts = {
        "choose": [said_of("answered", [GOLD], [0.7], [0.1], 0.195), said_of("not_found", [TRAP], [0.1], [0], 0.9)],
        "report": [said_of("answered", [GOLD], [0.1], [0.1], 0.8), said_of("not_found", [TRAP], [0.1], [0], 0.9)],
    }
    questions = {name: tuple(one.question for one in said) for name, said in parts.items()}
    table = report(
        lambda asked: next(said for name, said in parts.items() if asked is questions[name]),
        Split((), questions["choose"], questions["report"], ()),
    )
    first = [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines()]
    assert first == ["split", "---", "choose", "report", "report, en"]
    assert "| choose | 2 | 0.2 | 1 | 1 | 0 | 1 | 1 | 1 |" in table
    assert "| report | 2 | 0.2 | 1 | 1 | 0 | 1 | 0 | 1 |" in table


def test_scores_are_shifted_until_one_half_is_right() -> None:
    said = [
        said_of("answered", [GOLD], [0.3], [0.0], 0.7),
        said_of("asked_not_answered", [GOLD], [0.1], [0.2], 0.7),
        said_of("not_found", [NEITHER], [0.01], [0.0], 0.99),
    ]
    shifts = shifts_of(said)
    right = [shifted(one, shifts) for one in said]
    assert [one.nothing < 0.5 for one in right] == [True, True, False]
    assert [bool(one.opens.sum() > one.answers.sum()) for one in right] == [False, True, False]
    for one in right:
        assert one.answers.sum() + one.opens.sum() + one.nothing == pytest.approx(1)


# --- The file.


def test_what_was_trained_is_what_the_product_reads(tmp_path: Path) -> None:
    """The same passage through torch and, in eight bits, through the product's reader: scores agree."""
    packed = bundled.read_packed(bundled.packaged_bytes())
    torch.manual_seed(4)
    reader = TrainedReader(packed, 1).eval()
    sha256 = export(reader.state_dict(), tmp_path / "reader.npz", Shifts(2.0, 0.5))
    writer = CorpusWriter(Tokenizer(sentencepiece_model(packed)).ids)
    pieces = ("Harbour briefing (2031-04-02)", "answer, Elin Varga:", "It sails in June.", "Not before.", "word " * 300)
    position = writer.passage("a", pieces, [2, 3, 4])
    writer.question(
        "When does it sail?",
        [Candidate(position, np.zeros(3, np.int8), 0)],
        id="q",
        collection="piaf",
        document="",
        language="en",
        type="",
        status="answered",
    )
    (question,) = writer.corpus().questions
    with torch.no_grad():
        expected = reader(batch([as_found(question, writer.corpus().passages, 1)])).numpy()
    product = open_reader(tmp_path / "reader.npz", sha256)
    (found,) = product.read("When does it sail?", [Passage(pieces, (2, 3, 4))])
    assert found == pytest.approx(expected - [0.0, 0.5], abs=0.02)
    assert product.nothing == -2
    assert export(reader.state_dict(), tmp_path / "again.npz", Shifts(2.0, 0.5)) == sha256


def test_the_command_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path / "nowhere"), "--work", str(tmp_path / "work")]) == 1
    assert "DATA=" in capsys.readouterr().err
