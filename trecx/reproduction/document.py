"""The document: all tables and figures of the paper, as Markdown, CSV and pictures."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import plotly.graph_objects as go

from trecx.reproduction.curves import all_tasks
from trecx.reproduction.evidence import Evidence, Setting, gather
from trecx.reproduction.panel import Panel, Record
from trecx.reproduction.parts import PARTS, PUBLISHED, Part, missing
from trecx.reproduction.rows import Row, Verdict
from trecx.store import Run, Store

FOLDER = "reproduction"  # in the folder of the document
FIRST_PICTURE = "all-tasks.svg"
FIRST_CAPTION = (
    "T-RECX's published models, each relative to its own baseline: every ρ as a line, and the four points of "
    "the paper's Table 1 as ◇. A point on its line is reproduced; those of vww were measured on other images."
)
INTRODUCTION = Path(__file__).with_name("introduction.md")


@dataclass(frozen=True)
class Reproduction:
    """The output of `reproduce`.

    Attributes:
        markdown: the document.
        csvs: the numbers, by file name.
        figures: the figures, by file name.
    """

    markdown: str
    csvs: Mapping[str, str]
    figures: Mapping[str, go.Figure]


class Heading(NamedTuple):
    """What a panel is about: a setting, or all of them."""

    name: str
    title: str
    slug: str


ALL_TASKS = Heading("ic, kws and vww, published models", "All three tasks of the paper together", "all-tasks")


@dataclass(frozen=True, eq=False)
class Chapter:
    """A part with its results from the store: its panels, and what is missing, setting by setting."""

    part: Part
    panels: Sequence[tuple[Setting | Heading, Panel]]
    missing: Sequence[str]


def reproduction_of(store: Store) -> Reproduction:
    """Return the paper's tables and figures from the runs of a store."""
    evidence = gather(store)
    chapters = [_chapter(part, evidence) for part in PARTS]
    first = all_tasks(_published(evidence))
    figures = {FIRST_PICTURE: first} if first else {}
    figures |= {
        _picture_name(chapter.part, setting): panel.figure
        for chapter in chapters
        for setting, panel in chapter.panels
        if panel.figure is not None
    }
    text = "\n".join(
        [
            INTRODUCTION.read_text(encoding="utf-8"),
            _summary(chapters, first is not None),
            *map(_chapter_text, chapters),
            _files(chapters),
        ]
    )
    return Reproduction(text, _csvs(chapters), figures)


def _chapter(part: Part, evidence: Sequence[Evidence]) -> Chapter:
    panels: list[tuple[Setting | Heading, Panel]] = []
    lacking = []
    if part.across and (together := part.across(_published(evidence))).rows:
        panels.append((ALL_TASKS, together))
    for task, source in part.wanted:
        settings = part.settings(evidence, task, source)
        panels += [(one.setting, part.panel(one)) for one in settings]
        there = {system for one in settings for system in one.runs}
        lacking.append(missing(part, task, source, sorted(there)))
    return Chapter(part, panels, [sentence for sentence in lacking if sentence])


def _published(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the published settings, in the order of the paper."""
    return [one for models in PUBLISHED for one in evidence if one.setting.models == models]


def _summary(chapters: Sequence[Chapter], pictured: bool) -> str:
    rows = [row for chapter in chapters for _, panel in chapter.panels for row in panel.rows]
    counts = Counter(row.verdict for row in rows)
    told = " · ".join(f"{verdict}: {counts[verdict]}" for verdict in Verdict if counts[verdict])
    lines = ["## Summary", "", f"{len(rows)} comparisons. {told}", ""]
    lines += [f"![{FIRST_CAPTION}]({FOLDER}/{FIRST_PICTURE})", "", FIRST_CAPTION, ""] if pictured else []
    lines += _listed(chapters, "T-RECX at 1 pt below its baseline's accuracy:", _headline)
    lines += _listed(chapters, "Different from the paper:", _exception)
    return "\n".join(lines)


def _listed(chapters: Sequence[Chapter], heading: str, told: Callable[[Part, Row], str]) -> list[str]:
    lines = [
        f"- {setting.name}: {text}"
        for chapter in chapters
        for setting, panel in chapter.panels
        for row in panel.rows
        if (text := told(chapter.part, row))
    ]
    return [heading, "", *lines, ""] if lines else []


def _headline(part: Part, row: Row) -> str:
    told = "" if row.verdict is Verdict.OURS else f" ({row.verdict})"
    return f"{row.words}{told}" if row.what.endswith("at −1 pt") else ""


def _exception(part: Part, row: Row) -> str:
    if row.verdict not in (Verdict.FAILS, Verdict.LESS, Verdict.MIXED):
        return ""
    return f"{part.name}, {row.what}: **{row.verdict}**: {row.words}"


def _chapter_text(chapter: Chapter) -> str:
    part = chapter.part
    lines = [f"## {part.name}: {part.title}", ""]
    lines += [part.about, ""] if part.about else []
    for setting, panel in chapter.panels:
        lines += [f"### {setting.name}", "", f"{setting.title}.", ""]
        if panel.figure is not None:
            alternative = f"{part.name}, {part.title}: {setting.name}"
            lines += [f"![{alternative}]({FOLDER}/{_picture_name(part, setting)})", ""]
        lines += [*_table(panel.rows), ""] if panel.rows else []
        lines += [*_plain_table(panel.table), ""] if panel.table else []
    for sentence in chapter.missing:
        lines += [sentence, ""]
    return "\n".join(lines)


def _table(rows: Sequence[Row]) -> list[str]:
    lines = ["| | paper | here | run | result |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        verdict = f"**{row.verdict}**" if row.verdict is not Verdict.OURS else ""
        words = ": ".join(filter(None, (verdict, row.words))) or "—"
        lines.append(f"| {row.what} | {row.paper} | {row.ours} | {_run_names(row.runs)} | {words} |")
    return lines


def _plain_table(rows: Sequence[Sequence[str]]) -> list[str]:
    head, *others = (f"| {' | '.join(row)} |" for row in rows)
    return [head, f"| {' | '.join('---' for _ in rows[0])} |", *others]


def _run_names(runs: Sequence[Run]) -> str:
    named = ", ".join(f"`{run.run_id}`" for run in runs[:2])
    return named if len(runs) <= 2 else f"{named} and {len(runs) - 2} more"


def _files(chapters: Sequence[Chapter]) -> str:
    links = ", ".join(f"[{name}]({FOLDER}/{name})" for name in _csvs(chapters))
    about = "Shares in these files are 0..1. `comparisons.csv` has all rows of all tables, with all run ids."
    return f"## Numbers as CSV\n\n{links or 'None'}. {about}\n"


def _picture_name(part: Part, setting: Setting | Heading) -> str:
    return f"{part.slug}-{setting.slug}.svg"


def _csvs(chapters: Sequence[Chapter]) -> dict[str, str]:
    compared = [record for chapter in chapters for record in _comparisons(chapter)]
    files = {"comparisons.csv": _csv(compared)} if compared else {}
    for chapter in chapters:
        if records := [record for _, panel in chapter.panels for record in panel.records]:
            files[f"{chapter.part.slug}.csv"] = _csv(records)
    return files


def _comparisons(chapter: Chapter) -> list[Record]:
    return [
        {
            "part": chapter.part.name,
            "setting": setting.slug,
            "what": row.what,
            "number": number.part,
            "unit": number.unit,
            "paper": number.paper,
            "ours": number.ours.value,
            "low": number.ours.low,
            "high": number.ours.high,
            "sd": number.ours.spread,
            "verdict": row.verdict,
            "runs": " ".join(run.run_id for run in row.runs),
        }
        for setting, panel in chapter.panels
        for row in panel.rows
        for number in row.numbers
    ]


def _csv(records: Sequence[Record]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(records[0]), lineterminator="\n")
    writer.writeheader()
    for record in records:
        rounded = {
            name: f"{value:.6g}" if isinstance(value, float) else value for name, value in record.items()
        }
        writer.writerow(rounded)
    return text.getvalue()
