"""The report as one HTML file that loads nothing from elsewhere."""

import base64
import json
import math
from dataclasses import replace
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from trecx.console import console_data, cost_axes, shown_axis, table_data
from trecx.console.assets import CONSOLE_SCRIPTS, FOLDER, PLOTLY, STYLES, joined_scripts, style_sheet
from trecx.errors import ExportError
from trecx.exporting.export_file import write_whole
from trecx.figures import CurveLine, comparison_figure
from trecx.figures.comparison import line_inks
from trecx.figures.static import theme_colours
from trecx.report.compression import ever_coarser, packed
from trecx.report.content import Report
from trecx.report.html_parts import isolated, static_parts
from trecx.report.method_notes import heading, setting_line
from trecx.saved_points.record import Rule
from trecx.scores.run import FLOAT32
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.int8_threshold import INT8_SOFTMAX
from trecx.threshold.per_exit.front import Front, pareto_front

REPORT = ".html"
MOST_BYTES = 6_000_000
FOLDERS = (Path(__file__).parent, FOLDER)
SCRIPTS = (*CONSOLE_SCRIPTS, "page")
ONE_RHO_ONLY = "This report has one ρ only: there are too many samples for one threshold per exit."
FONT = "system-ui, 'DejaVu Sans', sans-serif"
REMEDIES = {
    "energy": "No device selected",
    "battery": "No battery selected",
    "rate": "Inferences per minute unknown",
}


def write_report(report: Report, path: Path) -> None:
    """Write a report to a file atomically.

    Raises:
        ExportError: the run has no early exit, or the report is larger than `MOST_BYTES`.
        OutputError: the file cannot be written; the message says what to do.
    """
    write_whole(path, report_html(report))


def report_html(report: Report) -> str:
    """Return the report, at most `MOST_BYTES` long; if necessary, with fewer steps of ρ.

    Raises:
        ExportError: the run has no early exit, or the report is too large even with the fewest steps.
    """
    if report.run.n_exits < 2:
        raise ExportError(f"{report.run.run_id} has no early exit: there is no ρ to choose")
    views = _views(report)
    for table in ever_coarser(report.context.table):
        text = _page(report, table, views)
        if len(text.encode()) <= MOST_BYTES:
            return text
    raise ExportError(
        f"a report of {report.run.run_id} would take more than {MOST_BYTES // 1_000_000} MB: it has too many "
        "classes and samples; export a .json instead"
    )


def _page(report: Report, table: ExitTable, views: dict[str, Any]) -> str:
    exact = table is report.context.table and table.exact
    data = {
        "begin": _begin(report.record.rule),
        "views": views,
        "table": json.dumps(table_data(table) | {"exact": exact}),
        "vectors": report.per_exit.levels.data if report.per_exit else None,
        "others": _others(report),
    }
    script = f"\n{joined_scripts(*SCRIPTS, folders=FOLDERS)}"
    title = heading(report)
    return Template((FOLDERS[0] / "page.html").read_text(encoding="utf-8")).substitute(
        policy=_policy(script),
        title=escape(title),
        style=_style(),
        heading=isolated(title),
        setting=isolated(setting_line(report)),
        parts=static_parts(report, table, exact),
        plotly=_packed_plotly(),
        data=packed(json.dumps(data)),
        script=script,
    )


def _begin(rule: Rule) -> dict[str, Any]:
    """Return the initial ρ, thresholds per exit and precision of the console; None stands for `inf`.

    The console knows int8 steps of 1/256 only; with other steps, ρ is shown as float32. A point with one
    threshold per exit has no ρ: the console starts at the largest of them.
    """
    usual = rule.quantisation == INT8_SOFTMAX
    precision = rule.precision if usual else FLOAT32
    per_exit = rule.per_exit if usual else rule.effective_per_exit
    if per_exit is None:
        return {"threshold": _finite(rule.threshold if usual else rule.effective), "precision": precision}
    threshold = max((rho for rho in per_exit if math.isfinite(rho)), default=None)
    return {
        "threshold": threshold,
        "per_exit": [_finite(rho) for rho in per_exit],
        "precision": precision,
    }


def _finite(threshold: float) -> float | None:
    return threshold if math.isfinite(threshold) else None


def _policy(script: str) -> str:
    """Return the content security policy: these scripts, inline styles and embedded images, nothing else."""
    hashes = " ".join(f"'sha256-{_hash(text)}'" for text in (script, _plotly()))
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode("ascii")


@cache
def _plotly() -> str:
    return PLOTLY.read_text(encoding="utf-8")


@cache
def _packed_plotly() -> str:
    return packed(_plotly())


def _style() -> str:
    light, dark = (
        ";".join(f"{name}:{colour}" for name, colour in theme_colours(theme).items())
        for theme in ("light", "dark")
    )
    return "\n".join(
        [
            f":root{{color-scheme:light dark;--st-font:{FONT}}}",
            f":root,.on-paper{{{light}}}",
            f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}",
            *map(style_sheet, STYLES),
            style_sheet("page", FOLDERS),
        ]
    )


def _views(report: Report) -> dict[str, Any]:
    """Return the console's data, except the counts, for each cost axis of the benefit curve."""
    views, rule = {}, report.record.rule
    for axis in cost_axes(report.context):
        front = _front(report, axis)
        data = console_data(report.run, report.context, axis, rule.criterion, report.named, front=front)
        data["text"] |= {"remedies": REMEDIES}
        data["vectors_problem"] = "" if report.per_exit else ONE_RHO_ONLY
        if rule.quantisation != INT8_SOFTMAX:
            data |= {"precisions": [FLOAT32], "fixed_precision": FLOAT32}
        views[axis] = {name: part for name, part in data.items() if name not in ("table", "vectors")}
    return views


def _chosen(report: Report) -> tuple[float, float]:
    """Return FLOPs and accuracy of the chosen point."""
    record = report.record
    if record.rule.per_exit is not None:
        return record.numbers["flops"], record.numbers["accuracy"]
    point = report.others[0].at(record.rule.effective)
    return point.flops.value, point.accuracy.value


def _front(report: Report, axis: str) -> Front | None:
    """Return the Pareto front of all thresholds per exit over a cost axis; None: the report has none."""
    if report.per_exit is None:
        return None
    costs, weights = shown_axis(report.context, axis)[1].exit_costs, report.context.class_weights
    return pareto_front(report.per_exit.joint, costs, weights)


def _others(report: Report) -> str:
    if not report.others:
        return ""
    inks = line_inks(len(report.others))
    lines = [
        CurveLine(design.name, *design.line[:3], ink) for design, ink in zip(report.others, inks, strict=True)
    ]
    lines[0] = replace(lines[0], chosen=_chosen(report))
    figure: str = comparison_figure(lines).to_json()
    return figure
