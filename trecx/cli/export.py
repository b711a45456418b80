"""The command that writes an operating point to a file: `export`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from trecx.cli import printing
from trecx.cli.asked_point import AskedPoint, Thresholds
from trecx.cli.exported_guarantee import exported_guarantee
from trecx.cli.guarantee_options import (
    Against,
    EachClass,
    MaxDrop,
    MaxLost,
    MinAccuracy,
    Probability,
    Wish,
)
from trecx.cli.opened_store import open_store
from trecx.cli.options import Json, RunName
from trecx.cli.run_context import Asked, with_options
from trecx.exporting import check_ending, write_export
from trecx.figures.static import PICTURES
from trecx.report import (
    MOST_PICTURES,
    REPORT,
    designs_beside,
    pictures_of,
    report_of,
    write_report,
)
from trecx.report.slides import write_slides
from trecx.saved_points.record import PointRecord
from trecx.store import Run, Store
from trecx.threshold.run_context import RunContext

Out = Annotated[
    Path,
    typer.Option(
        help="Output file: .h for firmware, .json, .csv, .html for a report, .svg or .png for three slides."
    ),
]
Compare = Annotated[
    list[str] | None, typer.Option("--compare", help="Another run to show in the report; repeatable.")
]
Pictures = Annotated[
    int,
    typer.Option(
        "--pictures",
        min=0,
        max=MOST_PICTURES,
        help="Number of overthought samples to show in the report. They may be personal data.",
    ),
]


@with_options
def export(
    run_name: RunName,
    asked: Asked,
    out: Out,
    threshold: Annotated[float | None, typer.Option(help="ρ, 0..1, or inf: no early exits.")] = None,
    thresholds: Thresholds = "",
    compare: Compare = None,
    pictures: Pictures = 0,
    min_accuracy: MinAccuracy = None,
    max_drop: MaxDrop = None,
    max_lost: MaxLost = None,
    against: Against = "baseline",
    guarantee: Probability = None,
    each_class: EachClass = False,
    as_json: Json = False,
) -> None:
    """Write an operating point as a C header, JSON, CSV, an interactive HTML report or three slides.

    With --guarantee and one limit, the point must have this guarantee, and the file says so.
    """
    limits = {"min_accuracy": min_accuracy, "max_drop": max_drop, "max_lost": max_lost, "against": against}
    wish = Wish.of(guarantee, each_class, limits)
    check_ending(out, also=(REPORT, *PICTURES))
    ending = out.suffix.lower()
    if ending != REPORT and (compare or pictures):
        raise typer.BadParameter("--compare and --pictures need a report; use --out FILE.html")
    AskedPoint.checked(asked, threshold, thresholds, None)  # wrong options are told before a store is opened
    store = open_store(asked.db)
    run = store.find_run(run_name, asked.source)
    point = AskedPoint.checked(asked, threshold, thresholds, run.n_exits)
    rule, context = point.rule(run), point.context(store, run)
    promised = exported_guarantee(store, run, asked, context, rule, wish) if wish else None
    record = point.record(store, run, promised)
    if rule.per_exit:
        context = asked.float32_context(store, run)  # report and slides show every ρ beside the point
    if ending in PICTURES:
        printing.show_paths(write_slides(run, context, rule.effective, out, record), as_json)
        return
    if ending == REPORT:
        _report(store, run, context, record, compare or (), pictures, out)
    else:
        write_export(record, out)
    printing.show_paths({ending.lstrip("."): out}, as_json)


def _report(
    store: Store,
    run: Run,
    context: RunContext,
    record: PointRecord,
    compare: Sequence[str],
    n_pictures: int,
    out: Path,
) -> None:
    others = designs_beside(store, run, context, compare, record.rule.criterion)
    shown = pictures_of(store, run, record.rule, n_pictures) if n_pictures else None
    write_report(report_of(store, run, context, record, others, shown), out)
