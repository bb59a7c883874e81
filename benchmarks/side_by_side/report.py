"""What was measured, as a table and a chart in the documentation (pure, but for `write_report`)."""

from __future__ import annotations

import html
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Figures = dict[str, Any]
"""What one system's process printed: numbers, or more such by name."""

BEGIN, END = "<!-- written by benchmarks/peers.py -->", "<!-- end of what benchmarks/peers.py writes -->"
CHART = "peers.svg"
OURS = "OnRecord"

_COLUMNS = ("added/s", "by processor time", "p50 / p95 ms", "processor ms", "filtered p50 ms", "of 10")
_LAST = ("memory MB", "disk MB", "open again s", "runs")


def medians(runs: Sequence[Figures]) -> Figures:
    """The median of each figure over the runs that have it."""
    keys = dict.fromkeys(key for run in runs for key in run)
    found: Figures = {}
    for key in keys:
        values = [run[key] for run in runs if key in run]
        found[key] = medians(values) if isinstance(values[0], dict) else statistics.median(values)
    return found


def table(measured: Mapping[str, Figures], *, hits: bool) -> str:
    """A row of Markdown for each system and way to search it; `hits` where questions have known answers."""
    titles = ["system", *_COLUMNS, *(["hit@10"] if hits else []), *_LAST]
    rows = [titles, ["---"] * len(titles)]
    for name, figures in measured.items():
        for place, (way, searched) in enumerate(figures["searches"].items()):
            first = place == 0
            rows.append(
                [
                    f"{name}, {way}" if way else name,
                    _whole(figures["added_per_second"]) if first else "",
                    _whole(figures["added_per_processor_second"]) if first else "",
                    f"{_short(searched['p50_milliseconds'])} / {_short(searched['p95_milliseconds'])}",
                    _short(searched["p50_processor_milliseconds"]),
                    *([_short(searched["filtered_p50_milliseconds"]), returned(searched)] if first else ["", ""]),
                    *([f"{searched['hit_at_10']:.2f}".lstrip("0")] if hits else []),
                    *(
                        [
                            _whole(figures["memory_megabytes"]),
                            _whole(figures["disk_megabytes"]),
                            _short(figures["reopening_seconds"]),
                            str(figures["runs"]),
                        ]
                        if first
                        else [""] * len(_LAST)
                    ),
                ]
            )
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def returned(searched: Figures) -> str:
    """How many of the ten asked for come back under a filter: the mean, and the fewest where that is less."""
    mean, fewest = searched["returned_mean"], searched["returned_fewest"]
    return "10" if fewest >= 10 else f"{mean:.1f}, at least {fewest:.0f}"


def bars(measured: Mapping[str, Mapping[str, Figures]]) -> list[tuple[str, list[tuple[str, float]]]]:
    """What the chart shows: title, and a value for each system."""
    large, real = measured["large"], measured["real"]

    def first(figures: Figures, key: str) -> float:
        return float(next(iter(figures["searches"].values()))[key])

    return [
        (
            "Passages added a second, vectors at hand",
            [(name, float(figures["added_per_second"])) for name, figures in large.items()],
        ),
        (
            "Milliseconds for a question, half of them less (p50)",
            [(name, first(figures, "p50_milliseconds")) for name, figures in large.items()],
        ),
        (
            "Results under a speaker's filter, of 10 asked for",
            [(name, first(figures, "returned_mean")) for name, figures in large.items()],
        ),
        (
            "Questions answered by one of the first ten passages, %",
            [(name, 100 * first(figures, "hit_at_10")) for name, figures in real.items()],
        ),
    ]


def chart(panels: Sequence[tuple[str, Sequence[tuple[str, float]]]]) -> str:
    """Bars beside each other, as SVG that is legible on a light and on a dark page, and says what it shows."""
    label, width, height, gap = 150, 420, 20, 44
    top, parts = 0, []
    for title, values in panels:
        top += gap
        parts.append(f'<text class="title" x="0" y="{top - 12}">{html.escape(title)}</text>')
        most = max((value for _, value in values), default=0) or 1
        for name, value in values:
            long = max(1.0, width * value / most)
            kind = "ours" if name == OURS else "theirs"
            parts.append(
                f'<text x="{label - 8}" y="{top + 13}" text-anchor="end">{html.escape(name)}</text>'
                f'<rect class="{kind}" x="{label}" y="{top + 2}" width="{long:.1f}" height="{height - 6}" rx="2"/>'
                f'<text x="{label + long + 6:.1f}" y="{top + 13}">{_short(value)}</text>'
            )
            top += height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {label + width + 70} {top + 8}" role="img" '
        'aria-labelledby="title told" font-family="system-ui, sans-serif" font-size="12">\n'
        '<title id="title">OnRecord beside other systems</title>\n'
        f'<desc id="told">{html.escape(told(panels))}</desc>\n'
        "<style>text{fill:#24292f}.title{font-weight:600}.ours{fill:#0b6bcb}.theirs{fill:#8c959f}"
        "@media (prefers-color-scheme:dark){text{fill:#e6edf3}.ours{fill:#58a6ff}.theirs{fill:#8b949e}}</style>\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def told(panels: Sequence[tuple[str, Sequence[tuple[str, float]]]]) -> str:
    """The chart in words."""
    return " ".join(
        f"{title}: {', '.join(f'{name} {_short(value)}' for name, value in values)}." for title, values in panels
    )


def section(
    measured: Mapping[str, Mapping[str, Figures]],
    sizes: Mapping[str, Mapping[str, int]],
) -> str:
    """All that is written into the documentation between the two marks."""
    real, large = sizes["real"], sizes["large"]
    return "\n\n".join(
        [
            BEGIN,
            f"**{large['passages']:,} passages, vectors at hand** (what the systems themselves take; "
            f"{large['questions']} questions; medians of the runs):",
            table(measured["large"], hits=False),
            f"**{real['passages']:,} passages, the model at work** ({real['questions']} questions; "
            "medians of the runs):",
            table(measured["real"], hits=True),
            f"![{told(bars(measured))}](images/{CHART})",
            END,
        ]
    )


def replaced(page: str, new: str) -> str:
    """A page with what stands between the marks exchanged; raises ValueError where it has none."""
    before, found, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"The page lacks the lines {BEGIN!r} and {END!r}.")
    return before + new + after


def write_report(
    measured: Mapping[str, Mapping[str, Figures]],
    sizes: Mapping[str, Mapping[str, int]],
    docs: Path,
) -> None:
    """Write the tables and the chart."""
    page = docs / "performance.md"
    page.write_text(replaced(page.read_text(encoding="utf-8"), section(measured, sizes)), encoding="utf-8")
    (docs / "images" / CHART).write_text(chart(bars(measured)), encoding="utf-8")


def _whole(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else _short(value)


def _short(value: float) -> str:
    """Three digits that tell, as far as there are any."""
    if value >= 100:
        return f"{value:,.0f}"
    text = f"{value:.1f}" if value >= 10 else f"{value:.2f}"
    return text.rstrip("0").rstrip(".").removeprefix("0") if value else "0"
