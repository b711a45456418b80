"""What a run is looked at with, from the options of a command."""

from dataclasses import dataclass
from typing import Annotated

import typer

from trecx.cli.options import numbers
from trecx.store import Run, Store
from trecx.store.run_context import load_context
from trecx.threshold.class_mix import AS_TESTED
from trecx.threshold.exit_criteria import LARGEST
from trecx.threshold.run_context import RunContext

Device = Annotated[str | None, typer.Option(help="A device's id, from 'devices'.")]
EnergyUj = Annotated[str, typer.Option(help="a,b,…: µJ measured by the time exit k answers.")]
LatencyMs = Annotated[str, typer.Option(help="a,b,…: ms measured by the time exit k answers.")]
BatteryName = Annotated[str | None, typer.Option(help="CR2032, 2xAA, … or mAh,V,µA asleep,usable 0..1.")]
PerHour = Annotated[float | None, typer.Option(help="Inferences an hour.")]
Mix = Annotated[
    str, typer.Option(help="Class mix: 'as tested', even, '95 % silence and unknown', or yes=0.1,no=0.2.")
]


@dataclass(frozen=True)
class Asked:
    """The options that say where the network runs, and what it is shown there."""

    device: str | None = None
    energy_uj: str = ""
    latency_ms: str = ""
    battery: str | None = None
    per_hour: float | None = None
    mix: str = AS_TESTED


def context_for(store: Store, run: Run, asked: Asked, criterion: str = LARGEST) -> RunContext:
    """Return what the run is looked at with.

    Raises:
        TrecxError: an option asks for what is not there; the message says what is.
    """
    if asked.energy_uj and asked.device:
        raise typer.BadParameter("--energy-uj replaces --device: give one of them")
    if asked.latency_ms and not asked.energy_uj:
        raise typer.BadParameter("--latency-ms goes with --energy-uj")
    return load_context(
        store,
        run,
        criterion=criterion,
        device=asked.device,
        energy_uj=numbers("--energy-uj", asked.energy_uj, float),
        latency_ms=numbers("--latency-ms", asked.latency_ms, float),
        battery=asked.battery,
        inferences_per_hour=asked.per_hour,
        class_mix=asked.mix,
    )
