"""The options for device, battery and class mix, and the run context that they give."""

from dataclasses import dataclass
from typing import Annotated

import typer

from trecx.cli.options import numbers
from trecx.store import Run, Store
from trecx.store.run_context import load_context
from trecx.threshold.class_mix import AS_TESTED
from trecx.threshold.exit_criteria import LARGEST
from trecx.threshold.run_context import RunContext

Device = Annotated[str | None, typer.Option(help="Device id; the command 'devices' lists them.")]
EnergyUj = Annotated[
    str, typer.Option(help="a,b,…: measured µJ from the input to each exit, instead of --device.")
]
LatencyMs = Annotated[str, typer.Option(help="a,b,…: measured ms from the input to each exit.")]
BatteryName = Annotated[
    str | None, typer.Option(help="CR2032, 2xAA, …, or four numbers: mAh,V,sleep µA,usable share (0..1).")
]
PerHour = Annotated[float | None, typer.Option(help="Inferences per hour.")]
Mix = Annotated[
    str,
    typer.Option(help="Class mix: 'as tested', even, '95 % silence and unknown', or shares: yes=0.1,no=0.2."),
]


@dataclass(frozen=True)
class Asked:
    """The options for device, battery, inference rate and class mix."""

    device: str | None = None
    energy_uj: str = ""
    latency_ms: str = ""
    battery: str | None = None
    per_hour: float | None = None
    mix: str = AS_TESTED


def context_for(store: Store, run: Run, asked: Asked, criterion: str = LARGEST) -> RunContext:
    """Return the run's context: its counts, with the device, battery and class mix of the options.

    Raises:
        TrecxError: an option has an unknown value; the message lists the known ones.
    """
    if asked.energy_uj and asked.device:
        raise typer.BadParameter("--energy-uj and --device exclude each other; give one of them")
    if asked.latency_ms and not asked.energy_uj:
        raise typer.BadParameter("--latency-ms needs --energy-uj")
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
