"""A language model in a file: what it writes, what is wrong with a file, and what becomes of a process that dies."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from small_models import random_chat_model

from onrecord.rag import Library, Settings
from onrecord.rag.errors import InvalidRequest, ModelError
from onrecord.rag.language_model.choosing import chosen
from onrecord.rag.language_model.gguf import key_value_bytes, longest_context, metadata
from onrecord.rag.language_model.language_model import Message
from onrecord.rag.language_model.local import LocalModel, local_model
from onrecord.rag.language_model.server import ModelServer

psutil = pytest.importorskip("psutil")
pytest.importorskip("xllamacpp", reason="no llama.cpp here: pip install 'onrecord[local]'")
pytest.importorskip("gguf", reason="no writer of model files here: pip install gguf")

_ASKED: tuple[Message, ...] = (
    {"role": "system", "content": "Write about the harbour."},
    {"role": "user", "content": "What did the minister say?"},
)
_SENTENCES = 'root ::= "The " [a-z ]+ " [" [1-3] "]."'


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_chat_model(tmp_path_factory.mktemp("small") / "harbour-tiny.gguf")


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_chat_model(tmp_path_factory.mktemp("slow") / "harbour-slow.gguf", width=1024)


@pytest.fixture
def opened() -> Iterator[Callable[[Path], LocalModel]]:
    models: list[LocalModel] = []

    def make(file: Path) -> LocalModel:
        models.append(LocalModel(file))
        return models[-1]

    yield make
    for model in models:
        model.close()


def _failure(model: LocalModel) -> str:
    with pytest.raises(ModelError) as failure:
        list(model.reply(_ASKED))
    told = str(failure.value)
    assert "\n" not in told
    assert str(model.file) in told
    return told


def test_a_reply_comes_in_pieces_obeys_its_grammar_and_is_the_same_again(
    small: Path, opened: Callable[[Path], LocalModel]
) -> None:
    model = opened(small)
    assert (model.name, model.pid) == ("harbour-tiny", None)
    short = 'root ::= "The harbour closes [" [1-3] "]."'
    pieces = list(model.reply(_ASKED, grammar=short))
    assert len(pieces) > 1
    assert "".join(pieces)[:-3] == "The harbour closes ["
    first = model.pid
    assert "".join(model.reply(_ASKED, grammar=short)) == "".join(pieces)
    assert model.pid == first
    model.close()
    assert model.pid is None


def test_what_is_not_read_to_its_end_is_stopped(slow: Path, opened: Callable[[Path], LocalModel]) -> None:
    model = opened(slow)
    reply = model.reply(_ASKED, grammar=_SENTENCES)
    next(reply)
    process = psutil.Process(model.pid)
    reply.close()  # type: ignore[attr-defined]  # it is a generator
    # The next one is answered by the same process, which then has nothing left to do.
    assert "".join(model.reply(_ASKED, grammar='root ::= "no"')) == "no"
    before = process.cpu_times().user
    time.sleep(0.3)
    assert process.cpu_times().user - before < 0.1


@pytest.fixture
def llama(slow: Path) -> Iterator[str]:
    """The address of llama.cpp's own server, as users start it, with what shows how many tokens it has."""
    program = (
        "import sys, xllamacpp\n"
        "params = xllamacpp.CommonParams()\n"
        "params.model.path, params.n_ctx, params.n_parallel, params.verbosity = sys.argv[1], 4096, 1, 1\n"
        "params.cpuparams.n_threads, params.endpoint_slots, params.warmup = 1, True, False\n"
        "server = xllamacpp.Server(params)\n"
        "print(server.listening_address, flush=True); sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-c", program, str(slow)], text=True, **pipes) as process:  # type: ignore[call-overload]
        yield process.stdout.readline().strip()
        process.kill()


def test_who_leaves_an_answer_in_the_middle_of_a_sentence_stops_the_model(llama: str, sample_library: Library) -> None:
    def slot() -> dict[str, Any]:
        """Whether it writes, and the tokens of prompt and reply that it holds: it tells so between two tokens."""
        found: list[dict[str, Any]] = httpx.get(f"{llama}/slots", trust_env=False).json()
        return found[0]

    # With a grammar every token is text: llama.cpp sees no closed connection while it makes bytes that are none.
    model = ModelServer(f"{llama}/v1", "harbour-slow", grammars=True)
    with Library.open(sample_library.folder, language_model=model) as library:
        answers = library.stream("Who cut the Selkie cable?")
        grown = next(answer for answer in answers if answer.written)
        while not (writing := slot())["is_processing"] or not writing["next_token"][0]["n_decoded"]:
            # It reads, and then writes, and nothing is whole yet.
            assert next(answers) is grown
        answers.close()  # type: ignore[attr-defined]  # it is a generator
    while (left := slot())["is_processing"]:
        pass
    # Of 600 that it would have made; it is told of the closed connection, and may have made some by then.
    assert left["n_prompt_tokens"] - writing["n_prompt_tokens"] < 100


# It compares processor time, which waiting threads use up too where others are busy.
@pytest.mark.soak
def test_who_leaves_while_it_reads_a_long_prompt_has_it_stopped_there(
    slow: Path, opened: Callable[[Path], LocalModel]
) -> None:
    model = opened(slow)
    # A token for each letter.
    long: Message = {"role": "user", "content": "xyz" * 1_000}
    assert "".join(model.reply([long], grammar='root ::= "no"')) == "no"
    process = psutil.Process(model.pid)
    before = process.cpu_times().user
    assert "".join(model.reply([{**long, "content": f"A {long['content']}"}], grammar='root ::= "no"')) == "no"
    whole = process.cpu_times().user - before
    left = model.reply([{**long, "content": f"B {long['content']}"}])
    assert next(left) == ""
    left.close()  # type: ignore[attr-defined]  # it is a generator
    before = process.cpu_times().user
    assert "".join(model.reply(_ASKED, grammar='root ::= "no"')) == "no"
    assert process.cpu_times().user - before < whole / 2


def test_a_longer_question_gets_a_longer_context(small: Path, opened: Callable[[Path], LocalModel]) -> None:
    model = opened(small)
    assert "".join(model.reply(_ASKED, grammar='root ::= "no"')) == "no"
    first = model.pid
    long: Message = {"role": "user", "content": "the harbour closes " * 500}
    assert "".join(model.reply([long], grammar='root ::= "no"')) == "no"
    assert model.pid != first
    too_long: Message = {"role": "user", "content": "the harbour closes " * 6_000}
    with pytest.raises(ModelError, match=r"harbour-tiny\.gguf .*too long for it"):
        list(model.reply([too_long]))


def test_killed_in_the_middle_of_an_answer_it_says_so_and_starts_again(
    slow: Path, opened: Callable[[Path], LocalModel]
) -> None:
    model = opened(slow)
    reply = model.reply(_ASKED)
    next(reply)
    killed = model.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    with pytest.raises(ModelError, match=r"harbour-slow\.gguf, while it wrote: its process was killed"):
        list(reply)
    assert "".join(model.reply(_ASKED, grammar='root ::= "again"')) == "again"
    assert model.pid not in (None, killed)


def test_it_ends_with_its_parent(small: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from onrecord.rag.language_model.local import LocalModel\n"
        "model = LocalModel(Path(sys.argv[1]))\n"
        "next(model.reply([{'role': 'user', 'content': 'x'}], grammar='root ::= \"no\"'))\n"
        "print(model.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(small)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    child.wait(timeout=60)


def test_nobody_else_is_answered(small: Path, opened: Callable[[Path], LocalModel]) -> None:
    model = opened(small)
    list(model.reply(_ASKED, grammar='root ::= "no"'))
    listening = [
        each.laddr for each in psutil.Process(model.pid).net_connections() if each.status == psutil.CONN_LISTEN
    ]
    assert {address.ip for address in listening} == {"127.0.0.1"}
    for address in listening:
        for path in ("/v1/models", "/props", "/slots", "/metrics"):
            assert httpx.get(f"http://127.0.0.1:{address.port}{path}", trust_env=False).status_code in (401, 404)
        asked = {"messages": list(_ASKED), "max_tokens": 1}
        answer = httpx.post(f"http://127.0.0.1:{address.port}/v1/chat/completions", json=asked, trust_env=False)
        assert answer.status_code == 401


def _not_there(file: Path, whole: bytes) -> None:
    del file, whole


@pytest.mark.parametrize(
    ("write", "problem"),
    [
        (_not_there, "is missing. Set ONRECORD_LLM"),
        (lambda file, whole: file.mkdir(), "is no file"),
        pytest.param(
            lambda file, whole: os.mkfifo(file),
            "is no file",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes here"),
        ),
        (lambda file, whole: file.write_bytes(whole.replace(b"llama", b"novel")), "install --upgrade xllamacpp"),
        (lambda file, whole: file.write_bytes(b""), "is no GGUF file"),
        (lambda file, whole: file.write_text("The harbour closes."), "is no GGUF file"),
        (lambda file, whole: file.write_bytes(whole[:4] + b"\x01" + whole[5:]), "version 1"),
        (lambda file, whole: file.write_bytes(whole[:300]), "cut off or damaged"),
        (lambda file, whole: file.write_bytes(whole[:-50_000]), "is not within the file bounds"),
        (lambda file, whole: file.write_bytes(whole.replace(b"blk.0.attn_q", b"blk.0.attn_x")), "attn_q"),
        (lambda file, whole: random_chat_model(file, template=False), "no chat template"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_one_line(
    small: Path,
    tmp_path: Path,
    opened: Callable[[Path], LocalModel],
    write: Callable[[Path, bytes], object],
    problem: str,
) -> None:
    file = tmp_path / "model.gguf"
    write(file, small.read_bytes())
    assert problem in _failure(opened(file))


def test_a_model_larger_than_the_free_memory_is_not_loaded(
    small: Path, tmp_path: Path, opened: Callable[[Path], LocalModel]
) -> None:
    file = tmp_path / "vast.gguf"
    file.write_bytes(small.read_bytes())
    # Sparse: it takes no room on the disk.
    os.truncate(file, 2 * psutil.virtual_memory().total)
    model = opened(file)
    assert "GB are free. Close other programs" in _failure(model)
    assert model.pid is None


def test_without_the_extra_it_says_what_to_install(
    small: Path, opened: Callable[[Path], LocalModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    assert "pip install 'onrecord[local]'" in _failure(opened(small))


def test_what_a_file_says_of_its_model(small: Path, tmp_path: Path) -> None:
    known = metadata(small)
    assert (known["general.architecture"], longest_context(known)) == ("llama", 16_384)
    # One layer, one head of 16 numbers, a key and a value of two bytes each.
    assert key_value_bytes(known, 1_000) == 16 * 2 * 2 * 1_000
    assert key_value_bytes({}, 1_000) == longest_context({}) == 0
    whole, chance, file = small.read_bytes(), random.Random(5), tmp_path / "damaged.gguf"
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(4, 900)] = chance.randrange(256)
        file.write_bytes(damaged)
        try:
            said = metadata(file)
        except ModelError:
            continue
        assert key_value_bytes(said, 1_000) >= 0
        assert longest_context(said) >= 0


def test_settings_name_one_model(small: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"ONRECORD_LLM .* and ONRECORD_LLM_URL .* both set"):
        chosen(Settings(llm=str(small), llm_url="http://localhost:11434/v1", llm_model="m"))
    model = chosen(Settings(llm=str(small)))
    assert isinstance(model, LocalModel)
    assert chosen(Settings(llm=str(small))) is model
    list(model.reply(_ASKED, grammar='root ::= "no"'))
    # Two models would seldom fit into memory.
    assert local_model(small.with_name("other.gguf")) is not model
    assert model.pid is None


def test_the_answer_stands_whatever_becomes_of_the_model(sample_library: Library, tmp_path: Path) -> None:
    asked = "Who cut the Selkie cable?"
    gone = tmp_path / "gone.gguf"
    with Library.open(sample_library.folder, settings=Settings(llm=str(gone))) as library:
        assert library.language_model == "gone"
        plain, answer = library.ask(asked, written=False), library.ask(asked)
    assert (answer.parts, answer.citations, answer.status) == (plain.parts, plain.citations, "answered")
    assert plain.written is None
    assert answer.written is not None
    assert (answer.written.model, answer.written.parts) == ("gone", ())
    assert str(gone) in str(answer.written.note)
