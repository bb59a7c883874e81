"""Words of reports and exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReportWords:
    """What a report of a quote check and an exported answer say around what they show.

    `verdicts` are named by `checking.check.Verdict` and `statuses` by `types.Status`. Words in braces are filled in.

    A check report has a `title` and the headings `article` and `findings`, or says that there is `nothing` to check.
    Of each finding it says whom the article `names` or `means` and which people that `may_be`, what to make of a
    nearness in sense (`hint`), that it is `reworded`, the words that differ (`difference`) or the `numbers`, and
    how a sentence that is cut short `goes_on`; at the end what it was `made_with`.

    An export says what was `searched`, and lists its `quotes`, each with what stands `before` it, its `context`, what
    stands `after` it, the `source`'s file, where in a recording it is (`at`), and a link to that `recording`. Who has
    `written` beside the quotes stands above that, with what to know of it (`written_from`), and how many sentences were
    `left_out`.

    A list of `questions` on record says how they are `judged`, and of each what became of it: `outcomes` are named by
    `types.QuestionOutcome`.

    A speaker may be `unknown` or `inferred`, words `heard` by a machine, a briefing `undated`; `page` and `line` say
    where a quote stands in print.
    """

    verdicts: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    questions: str = ""
    judged: str = ""
    title: str = ""
    article: str = ""
    findings: str = ""
    nothing: str = ""
    names: str = ""
    means: str = ""
    may_be: str = ""
    hint: str = ""
    reworded: str = ""
    difference: str = ""
    numbers: str = ""
    searched: str = ""
    quotes: str = ""
    before: str = ""
    context: str = ""
    after: str = ""
    source: str = ""
    at: str = ""
    recording: str = ""
    written: str = ""
    written_from: str = ""
    left_out: str = ""
    unknown: str = ""
    inferred: str = ""
    heard: str = ""
    undated: str = ""
    page: str = ""
    goes_on: str = ""
    made_with: str = ""
    line: str = ""
