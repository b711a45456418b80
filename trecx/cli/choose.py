"""The commands that choose ρ within limits: `choose` and `devices`."""

from typing import Annotated

import typer

from trecx.cli import printing_choice, printing_per_exit
from trecx.cli.answer import Answer
from trecx.cli.guarantee_options import (
    Against,
    EachClass,
    MaxDrop,
    MaxLost,
    MinAccuracy,
    Probability,
    guarantee_of,
)
from trecx.cli.options import Json, RunName
from trecx.cli.per_exit_answer import PerExitAnswer
from trecx.cli.run_context import Asked, RunView, with_options
from trecx.device.energy import device_profiles
from trecx.threshold.limits import Limits

NONE_MEETS = 3  # exit status
PerExit = Annotated[
    bool,
    typer.Option("--per-exit", help="One threshold for each early exit, k/256 or never, instead of one ρ."),
]
Interval = Annotated[
    bool,
    typer.Option("--interval", help="Also tell the interval of ρ that 95 % of draws of the samples choose."),
]


@with_options
def choose(
    run_name: RunName,
    asked: Asked,
    max_flops: Annotated[float | None, typer.Option(help="Maximum FLOPs per inference.")] = None,
    max_energy_uj: Annotated[float | None, typer.Option(help="Maximum µJ per inference.")] = None,
    max_mj_per_day: Annotated[float | None, typer.Option(help="Maximum mJ per day, without sleep.")] = None,
    min_days: Annotated[float | None, typer.Option(help="Minimum battery life in days.")] = None,
    max_latency_ms: Annotated[float | None, typer.Option(help="Maximum ms per inference (mean).")] = None,
    min_accuracy: MinAccuracy = None,
    max_drop: MaxDrop = None,
    max_lost: MaxLost = None,
    against: Against = "baseline",
    per_exit: PerExit = False,
    interval: Interval = False,
    guarantee: Probability = None,
    each_class: EachClass = False,
    as_json: Json = False,
) -> None:
    """Find the best ρ within one or more limits. The exit status is 3 if no ρ meets them."""
    limits = Limits(
        max_flops=max_flops,
        max_energy_uj=max_energy_uj,
        max_mj_per_day=max_mj_per_day,
        min_battery_days=min_days,
        max_latency_ms=max_latency_ms,
        min_accuracy=min_accuracy,
        max_drop=max_drop,
        max_lost=max_lost,
        against=against,
    )
    wished = guarantee_of(guarantee, each_class)
    if per_exit and interval:
        raise typer.BadParameter("--interval is about one ρ; leave out --per-exit")
    view = RunView.of(run_name, asked)
    if per_exit:
        found = PerExitAnswer.of(view, limits, wished)
        printing_per_exit.show_per_exit(found, as_json)
        if found.best is None:
            raise typer.Exit(NONE_MEETS)
        return
    answer = Answer.of(view, limits, wished)
    printing_choice.show_answer(answer.with_interval() if interval else answer, as_json)
    if answer.point is None:
        raise typer.Exit(NONE_MEETS)


def devices(as_json: Json = False) -> None:
    """List the devices with published energy and latency measurements (MLPerf Tiny)."""
    printing_choice.show_devices(list(device_profiles().values()), as_json)
