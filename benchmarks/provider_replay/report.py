"""provider x instrumentation as Markdown, and the page that keeps it."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from benchmarks.provider_replay.judge import Cell

Cells = dict[tuple[str, str, str], Cell]
"""(source, provider, family) -> what came out."""
HEADINGS = ("Recorded", "Provider", "Instrumentation", "Calls", "Repeated", "With a span", "Right", "Wrong")
HEADINGS += ("Columns right", "Lost", "Priced, USD")
BEGIN, END = "<!-- written by make dialects -->", "<!-- end of what make dialects writes -->"


def table(cells: Cells) -> list[str]:
    lines = [f"| {' | '.join(HEADINGS)} |", "|---" * len(HEADINGS) + "|"]
    for (source, provider, family), cell in sorted(cells.items()):
        judged, wrong = sum(cell.judged.values()), sum(cell.wrong.values())
        share = f"{(judged - wrong) / judged:.1%}" if judged else "-"
        asked = cell.calls - sum(cell.problems.values())
        cost = f"{cell.cost_usd:.4f}" + (f" ({cell.unpriced} unpriced)" if cell.unpriced else "")
        counts = f"{cell.calls} | {asked} | {cell.watched} | {cell.right} | {cell.watched - cell.right}"
        lines.append(f"| {source} | {provider} | {family} | {counts} | {share} | {cell.lost} | {cost} |")
    return lines


def mismatches(cells: Cells) -> list[str]:
    """Every kind of difference with its cause and an example."""
    lines = [
        "| Recorded | Provider | Instrumentation | Column | Cause | Calls | Recorded -> stored |",
        "|---|---|---|---|---|---|---|",
    ]
    for (source, provider, family), cell in sorted(cells.items()):
        for (column, cause), count in sorted(cell.wrong.items()):
            example = cell.examples[column, cause].replace("|", "\\|").replace("\n", " ").replace("`", "'")
            lines.append(f"| {source} | {provider} | {family} | {column} | {cause} | {count} | `{example}` |")
    by_provider: dict[str, Counter[str]] = defaultdict(Counter)
    for (_, provider, _), cell in cells.items():
        by_provider[provider] += cell.problems
    told = [f"{p} ({', '.join(f'{n} x {w}' for w, n in each.items())})" for p, each in by_provider.items() if each]
    return [*lines, "", f"Not repeated: {'; '.join(told)}."] if told else lines


def totals(cells: Cells) -> str:
    """One line: what was sent, and how much of it arrived."""
    judged = sum(sum(cell.judged.values()) for cell in cells.values())
    wrong = sum(sum(cell.wrong.values()) for cell in cells.values())
    lost = sum(cell.lost for cell in cells.values())
    arrived = judged - wrong
    share = arrived / (arrived + lost) if arrived else 0
    counts = f"{judged} columns judged: {arrived} right, {wrong - lost} not sent or sent otherwise, {lost} lost"
    return f"{counts}; {share:.2%} of what was sent is right."


def renew(page: Path, text: str) -> None:
    """Replace what a former run wrote. A page without the marks is a ValueError."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{page} has no lines {BEGIN!r} and {END!r}; put them where the table belongs")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
