"""The options of every command that shows a run: samples, exit rule, class mix, device and battery."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any, Literal, Self

import numpy as np
import typer

from trecx.cli.opened_store import open_store
from trecx.cli.options import Db, Source, numbers
from trecx.datasets.halves import CALIBRATION, Half
from trecx.glossary import definition
from trecx.saved_points.record import RecordedSplit, Rule, rule_for
from trecx.saved_points.recorded import recorded_split
from trecx.scores.run import FLOAT32, INT8
from trecx.store import Run, Store
from trecx.store.run_context import load_context
from trecx.threshold.benefit_curve import BenefitCurve, checked_threshold
from trecx.threshold.class_mix import AS_TESTED
from trecx.threshold.int8_threshold import INT8_SOFTMAX, Quantisation
from trecx.threshold.run_context import RunContext

# Headings in --help.
SAMPLES, SOFTMAX, DEVICE = "Samples", "Exit rule and class mix", "Device and battery"


@dataclass(frozen=True)
class Asked:
    """The options that the results of a run depend on; `with_options` gives them to a command."""

    half: Annotated[
        Literal["calibration", "held-out"] | None,
        typer.Option(
            help="Measure on one half of the samples; then 'choose' chooses ρ on the calibration half. "
            "Default: all samples.",
            rich_help_panel=SAMPLES,
        ),
    ] = None
    split_seed: Annotated[
        int,
        typer.Option(help="Seed of the split into two halves, with --half.", rich_help_panel=SAMPLES),
    ] = 0
    criterion: Annotated[
        Literal["largest", "entropy", "margin"],
        typer.Option(help=definition("exit criterion"), rich_help_panel=SOFTMAX),
    ] = "largest"
    mix: Annotated[
        str,
        typer.Option(
            help="Class mix: 'as tested', even, '95 % silence and unknown', or shares: yes=0.1,no=0.2.",
            rich_help_panel=SOFTMAX,
        ),
    ] = AS_TESTED
    int8: Annotated[
        bool,
        typer.Option(
            "--int8",
            help="Approximate an int8 softmax by float32 scores: only ρ that it distinguishes. An int8 run "
            "needs no option.",
            rich_help_panel=SOFTMAX,
        ),
    ] = False
    int8_scale: Annotated[float, typer.Option(help="Scale of the int8 softmax.", rich_help_panel=SOFTMAX)] = (
        INT8_SOFTMAX.scale
    )
    int8_zero_point: Annotated[
        int, typer.Option(help="Zero point of the int8 softmax.", rich_help_panel=SOFTMAX)
    ] = INT8_SOFTMAX.zero_point
    device: Annotated[
        str | None,
        typer.Option(
            help="Device id, which the command 'devices' lists, or the name of a saved device.",
            rich_help_panel=DEVICE,
        ),
    ] = None
    energy_uj: Annotated[
        str,
        typer.Option(
            help="a,b,…: measured µJ from the input to each exit, instead of --device.",
            rich_help_panel=DEVICE,
        ),
    ] = ""
    latency_ms: Annotated[
        str,
        typer.Option(help="a,b,…: measured ms from the input to each exit.", rich_help_panel=DEVICE),
    ] = ""
    estimate: Annotated[
        Literal["instructions", "FLOPs"] | None,
        typer.Option(
            help="What energy and latency of --device are scaled by; default: instructions where they are "
            "known, else FLOPs.",
            rich_help_panel=DEVICE,
        ),
    ] = None
    battery: Annotated[
        str | None,
        typer.Option(
            help="CR2032, 2xAA, …, or four numbers: mAh,V,sleep µA,usable share (0..1).",
            rich_help_panel=DEVICE,
        ),
    ] = None
    per_hour: Annotated[float | None, typer.Option(help="Inferences per hour.", rich_help_panel=DEVICE)] = (
        None
    )
    source: Source = None
    db: Db = None

    def __post_init__(self) -> None:
        if self.energy_uj and self.device:
            raise typer.BadParameter("--energy-uj and --device exclude each other; give one of them")
        if self.latency_ms and not self.energy_uj:
            raise typer.BadParameter("--latency-ms needs --energy-uj")
        if self.split_seed and not self.half:
            raise typer.BadParameter("--split-seed needs --half")

    @property
    def measured_on(self) -> Half | None:
        """The half of the samples that is measured on; None: all samples."""
        return Half(self.half, self.split_seed) if self.half else None

    @property
    def calibrating(self) -> Self:
        """These options for the samples that ρ is chosen on: if a half is named, the calibration half."""
        return replace(self, half=CALIBRATION) if self.half else self

    def split(self, store: Store, run: Run) -> RecordedSplit | None:
        """Return the sizes of both halves of a run's samples; None if all samples are measured on.

        Raises:
            StoreError: the run is no longer in the store.
        """
        if self.measured_on is None:
            return None
        return recorded_split(store.split(run, self.split_seed), self.measured_on)

    @property
    def own_quantisation(self) -> bool:
        """Whether a scale or a zero point is given."""
        return Quantisation(self.int8_scale, self.int8_zero_point) != INT8_SOFTMAX

    def rule(self, threshold: float, run: Run | None = None) -> Rule:
        """Return the exit rule at ρ; an int8 run has that of an int8 softmax without an option.

        Raises:
            QuantisationError: an int8 softmax has no such rule, or its scale or zero point is not valid.
            ThresholdError: ρ is neither within 0..1 nor `inf`.
        """
        quantisation = Quantisation(self.int8_scale, self.int8_zero_point)
        if run:
            return rule_for(run, checked_threshold(threshold), self.criterion, self.int8, quantisation)
        return Rule(
            checked_threshold(threshold), self.criterion, INT8 if self.int8 else FLOAT32, quantisation
        )

    def context(self, store: Store, run: Run, threshold: float | None = None) -> RunContext:
        """Return a run's counts with class mix, device and battery; with int8, of an int8 softmax.

        Args:
            store: the store of the run.
            run: the run.
            threshold: a ρ at which the counts are exact in any case.

        Raises:
            TrecxError: an option has an unknown value; the message lists the known ones.
        """
        thresholds = self.rule(0, run).thresholds
        if self.own_quantisation and not self.int8:
            raise typer.BadParameter("--int8-scale and --int8-zero-point need --int8")
        exact_at = None if threshold is None else self.rule(threshold, run).effective
        return self.float32_context(store, run, exact_at).on_device(thresholds)

    def float32_context(
        self,
        store: Store,
        run: Run,
        exact_at: float | None = None,
        per_exit: Sequence[float] | None = None,
    ) -> RunContext:
        """Return the context of a run in which every ρ counts.

        Args:
            store: the store of the run.
            run: the run.
            exact_at: a ρ at which the counts are exact in any case.
            per_exit: one threshold per early exit, whose decision the counts have at ρ = 1.

        Raises:
            TrecxError: an option has an unknown value; the message lists the known ones.
        """
        return load_context(
            store,
            run,
            criterion=self.criterion,
            per_exit=per_exit,
            device=self.device,
            energy_uj=numbers("--energy-uj", self.energy_uj, float),
            latency_ms=numbers("--latency-ms", self.latency_ms, float),
            estimate=self.estimate,
            battery=self.battery,
            inferences_per_hour=self.per_hour,
            class_mix=self.mix,
            exact_at=exact_at,
            half=self.measured_on,
        )


@dataclass(frozen=True, eq=False)
class RunView:
    """A run as the options of a command ask for it.

    Attributes:
        run: the run.
        baseline: the run without early exits on the same samples; None if it was not scored.
        context: the run's counts, class mix, device and battery.
        asked: the options.
        counterpart: the run of the same network in the other precision; None if there is none.
        split: the halves of the samples; None if all samples are measured on.
    """

    run: Run
    baseline: Run | None
    context: RunContext
    asked: Asked
    counterpart: Run | None = None
    split: RecordedSplit | None = None

    @classmethod
    def of(cls, run_name: str, asked: Asked, threshold: float | None = None) -> Self:
        """Find a run and count it.

        Args:
            run_name: as the user named it.
            asked: the options.
            threshold: a ρ at which the counts are exact in any case.

        Raises:
            TrecxError: there is no such run, or an option has an unknown value.
        """
        asked.rule(0)  # a rule that cannot be is told before a store is opened
        store = open_store(asked.db)
        run = store.find_run(run_name, asked.source)
        context = asked.context(store, run, threshold)
        split = asked.split(store, run)
        return cls(run, store.baseline_of(run), context, asked, store.counterpart_of(run), split)

    @property
    def int8(self) -> bool:
        """Whether ρ acts in the steps of an int8 softmax."""
        return self.rule(0).precision == INT8

    def rule(self, threshold: float) -> Rule:
        """Return the run's exit rule at ρ."""
        return self.asked.rule(threshold, self.run)

    def curve(self, grid: int | None = None) -> BenefitCurve:
        """Return the benefit curve, or its points at `grid` evenly spaced ρ.

        With an int8 softmax, each ρ of the grid is rounded up to the next that differs.
        """
        if grid is None:
            return self.context.curve
        thresholds = (self.rule(threshold).effective for threshold in np.linspace(0, 1, grid))
        return self.context.curve.at(list(dict.fromkeys(thresholds)))


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command, in place of its parameter `asked`, the options of `Asked`."""
    own = signature(command)
    options = list(signature(Asked).parameters.values())
    shared = [option.replace(kind=Parameter.KEYWORD_ONLY) for option in options]
    names = {option.name for option in shared}

    @wraps(command)
    def run(**given: Any) -> None:
        asked = Asked(**{name: given.pop(name) for name in names})
        command(asked=asked, **given)

    kept = [each.replace(kind=Parameter.KEYWORD_ONLY) for each in own.parameters.values()]
    parameters = [each for each in kept if each.name != "asked"]
    flat = [*parameters[:-1], *shared, parameters[-1]]  # --json is the last one everywhere
    run.__signature__ = own.replace(parameters=flat)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in flat}
    del run.__wrapped__  # its annotations are others
    return run
