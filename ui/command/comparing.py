"""The command that sets two briefings side by side."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from onrecord.rag import Alone, Citation, ComparedSide, Comparison, Library
from onrecord.ui.command.console import print_result
from onrecord.ui.command.options import Json
from onrecord.ui.command.terminal import printable
from onrecord.ui.page.html import attribution
from onrecord.ui.page.text import counted, spoken_date, terminal_language, words


def compare(
    context: typer.Context,
    first: Annotated[str, typer.Argument(metavar="A", help="The id of a briefing, as `onrecord list` shows it.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The id of another one.")],
    speaker: Annotated[str | None, typer.Option(help="Only what this person says; part of a name is enough.")] = None,
    as_json: Json = False,
) -> None:
    """Set two briefings side by side: what both speak of, and what only one does."""
    with Library.open(context.obj) as library:
        found = library.compare(first, second, speaker=speaker)
    print_result(asdict(found) if as_json else printable(render_comparison(found, terminal_language())))


def render_comparison(found: Comparison, language: str) -> str:
    """A comparison as text, in the language of the terminal."""
    said = words(language)
    heads = [f"{name}  {side.title} · {spoken_date(side.date, language)}" for name, side in _sides(found)]
    lines = [*heads, "", f"{counted(language, 'pairs', found.pairs)}. {said['compare_basis']}", "", said["both_speak"]]
    lines += [] if found.opposite else ["", said["no_pairs"]]
    for one in found.opposite:
        lines += ["", ", ".join(one.shared) + ("" if one.sure else f" ({said['perhaps']})")]
        lines += [_quoted("A", one.first, language), *_figures(one.figures, said["figures"])]
        lines += [_quoted("B", one.second, language), *_figures(one.figures_second, said["figures"])]
    lines += ["", said["only_one"]]
    for (name, _), alone in zip(_sides(found), (found.only_first, found.only_second), strict=True):
        lines += (
            ["", *(_alone(name, one, language) for one in alone)] if alone else ["", f"{name}  {said['nothing_alone']}"]
        )
    return "\n".join(lines)


def _sides(found: Comparison) -> tuple[tuple[str, ComparedSide], tuple[str, ComparedSide]]:
    return ("A", found.first), ("B", found.second)


def _quoted(name: str, citation: Citation, language: str) -> str:
    who = attribution(citation.speaker, citation.role, citation.outlet, language)
    return f"  {name}  “{' '.join(citation.quote.split())}”\n     {who}"


def _figures(figures: tuple[str, ...], name: str) -> list[str]:
    return [f"     {name}: {' · '.join(figures)}"] if figures else []


def _alone(name: str, one: Alone, language: str) -> str:
    return f"{_quoted(name, one.quote, language)}\n     {', '.join(one.words)}"
