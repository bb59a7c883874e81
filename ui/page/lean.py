"""Importing Gradio without what it does only for those who write programs with it: half of the time that takes."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

_WRITES_STUBS = "gradio.component_meta"


@contextmanager
def lean_import() -> Iterator[None]:
    """Within the block Gradio is imported without its stubs for editors and without its MCP server.

    At every import it parses the source of each component to write a .pyi file beside it: 1.0 of 2.4 seconds of the
    processor. The package mcp, of which it makes no use here, takes another .3; Gradio is made to go without it. Should
    a later version do either in another way, it is imported whole. A sixth of what is left went into looking for
    garbage, of which loading makes none.
    """
    collecting = gc.isenabled()
    gc.disable()
    finder = _WithoutStubs()
    sys.meta_path.insert(0, finder)
    absent = "mcp" not in sys.modules
    if absent:
        # So Python is told that a package is not there.
        sys.modules["mcp"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        if absent:
            del sys.modules["mcp"]
        if collecting:
            gc.enable()


class _WithoutStubs(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module that would write stubs, with a loader of ours; None for any other."""
        if name != _WRITES_STUBS:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(name, spec.origin)
        return spec


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        """Load it, and have it write nothing."""
        super().exec_module(module)
        module.create_or_modify_pyi = lambda *_: None  # type: ignore[attr-defined]
