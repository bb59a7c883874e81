"""A language model in a process of its own: loaded by llama.cpp, and answering its parent's requests on this machine.

What the model's file does to llama.cpp, it does to nobody else. The parent writes one line of JSON (`Order`) to
standard input and is answered with one on standard output: the address, or why there is none. The process ends with its
parent, whose end of the pipe then closes.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TypedDict


class Order(TypedDict):
    """What to load, for how many tokens of prompt and reply, in how many threads, and the key that is asked for."""

    file: str
    context: int
    threads: int
    key: str


class Started(TypedDict, total=False):
    """Where the model answers, or what went wrong."""

    address: str
    problem: str


def _served(order: Order) -> object:
    """A server of llama.cpp with the model loaded."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = order["file"]
    params.n_ctx = order["context"]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = order["threads"]
    # One question is answered after the other, each with the whole context.
    params.n_parallel = 1
    # Whoever goes away is noticed between two batches of the prompt. Those of 2,048 tokens, the usual, take half a
    # minute with 1.5 billion weights, and these are read nearly as fast (763 tokens: 13.6 s of a core for 13.2).
    params.n_batch = 128
    # Prompts have little in common, and the prompts kept would take up to 8 GB.
    params.cache_ram_mib = 0
    # Weights laid out anew for the processor would take half as much memory again, and the wheels, built for any
    # processor, are a fifth slower with them (1.5 billion weights: 9.3 s of a core for 419 tokens read, without 7.6).
    params.no_extra_bufts = True
    # It opens a port of 127.0.0.1 by itself, for every program and page that finds it: this one asks for a key.
    params.api_keys = [order["key"]]
    params.cors_origins = ""
    params.ui = params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = False
    params.offline = True
    # What a model thinks before it writes is never shown, and takes minutes without a graphics card.
    params.enable_reasoning = 0
    # Only errors are told on standard error.
    params.verbosity = 1
    return xllamacpp.Server(params)


def _main() -> None:
    # Whatever a library prints must not come before the answer.
    back = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    order: Order = json.loads(sys.stdin.readline())
    started: Started
    try:
        server = _served(order)
        started = {"address": server.listening_address}  # type: ignore[attr-defined]  # xllamacpp has no types
    except Exception as error:  # noqa: BLE001  (whatever it is, the parent tells it)
        server, started = None, {"problem": " ".join(str(error).split())}
    print(json.dumps(started), file=back, flush=True)
    if server is not None:
        sys.stdin.read()
        # An answer under way has nobody left to read it.
        os._exit(0)


if __name__ == "__main__":
    _main()
