"""The command that writes an operating point to a file: `export`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from trecx.cli import printing
from trecx.cli.options import Db, Json, RunName, Source
from trecx.cli.run_context import (
    Asked,
    BatteryName,
    Device,
    EnergyUj,
    LatencyMs,
    Mix,
    PerHour,
    context_for,
)
from trecx.exporting import check_ending, write_export
from trecx.figures.static import PICTURES
from trecx.glossary import definition
from trecx.report import (
    MOST_PICTURES,
    REPORT,
    designs_beside,
    pictures_of,
    report_of,
    write_report,
)
from trecx.report.slides import write_slides
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import PointRecord, Rule
from trecx.store import Run, Store
from trecx.threshold.benefit_curve import checked_threshold
from trecx.threshold.class_mix import AS_TESTED
from trecx.threshold.int8_threshold import LOWEST, Quantisation
from trecx.threshold.run_context import RunContext

Criterion = Annotated[
    Literal["largest", "entropy", "margin"],
    typer.Option(help=definition("exit criterion")),
]
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


def export(
    run_name: RunName,
    threshold: Annotated[float, typer.Option(help="ρ, 0..1, or inf: no early exits.")],
    out: Out,
    criterion: Criterion = "largest",
    int8: Annotated[bool, typer.Option("--int8", help="Compute the results for an int8 softmax.")] = False,
    int8_scale: Annotated[float, typer.Option(help="Scale of the int8 softmax.")] = 1 / 256,
    int8_zero_point: Annotated[int, typer.Option(help="Zero point of the int8 softmax.")] = LOWEST,
    device: Device = None,
    energy_uj: EnergyUj = "",
    latency_ms: LatencyMs = "",
    battery: BatteryName = None,
    per_hour: PerHour = None,
    mix: Mix = AS_TESTED,
    compare: Compare = None,
    pictures: Pictures = 0,
    source: Source = None,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Write an operating point as a C header, JSON, CSV, an interactive HTML report or three slides."""
    check_ending(out, also=(REPORT, *PICTURES))
    ending = out.suffix.lower()
    if ending != REPORT and (compare or pictures):
        raise typer.BadParameter("--compare and --pictures need a report; use --out FILE.html")
    quantisation = Quantisation(int8_scale, int8_zero_point)
    rule = Rule(checked_threshold(threshold), criterion, "int8" if int8 else "float32", quantisation)
    store = Store(db)
    run = store.find_run(run_name, source)
    asked = Asked(device, energy_uj, latency_ms, battery, per_hour, mix)
    context = context_for(store, run, asked, criterion)
    if ending in PICTURES:
        printing.show_paths(write_slides(run, context, rule.effective, out), as_json)
        return
    record = capture_point(run, store.baseline_of(run), context, rule, mix)
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
