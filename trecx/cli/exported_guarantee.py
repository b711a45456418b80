"""The guarantee of an operating point that `export` writes: checked, then recorded."""

import math

from trecx.cli import printing
from trecx.cli.guarantee_options import Wish
from trecx.cli.printing import rho_on_plateau
from trecx.cli.printing_guarantee import none_guaranteed
from trecx.cli.run_context import Asked
from trecx.errors import BudgetError
from trecx.saved_points.record import RecordedGuarantee, Rule
from trecx.saved_points.recorded import recorded_guarantee
from trecx.saved_points.recorded_per_exit import recorded_guarantee_per_exit
from trecx.store import Run, Store
from trecx.store.run_context import design_and_tested, joint_counts_of
from trecx.threshold.guarantee.selection import GuaranteedChoice
from trecx.threshold.joint_counts import candidates, int8_candidates
from trecx.threshold.run_context import RunContext


def exported_guarantee(
    store: Store, run: Run, asked: Asked, context: RunContext, rule: Rule, wish: Wish
) -> RecordedGuarantee:
    """Return the guarantee of a point, found on all samples, or on the calibration half if a half is named.

    One threshold per exit is tested as `choose --per-exit` does it.

    Args:
        store: the store of the run.
        run: the run.
        asked: the options of the command.
        context: the run's counts with its class mix.
        rule: the exit rule that is to have the guarantee.
        wish: what is to hold.

    Raises:
        BudgetError: the rule does not have the guarantee; the message says which ρ has it.
        TrecxError: the guarantee needs something that is unknown.
    """
    calibrating = asked.calibrating
    if rule.effective_per_exit is not None:
        parts = design_and_tested(store, run, int8_candidates(), asked.criterion, calibrating.measured_on)
        with printing.progress() as progress:
            vectors = context.guaranteed_per_exit(*parts, wish.limits, wish.guarantee, progress)
        promised = recorded_guarantee_per_exit(vectors, rule.effective_per_exit)
        if promised is None:
            raise BudgetError(
                "these thresholds do not have this guarantee; 'choose --per-exit' with the same options "
                "finds thresholds that have it"
            )
        return promised
    joint = joint_counts_of(store, run, candidates(rule.thresholds), asked.criterion, calibrating.measured_on)
    found = context.guaranteed(joint, wish.limits, wish.guarantee)
    recorded = recorded_guarantee(found, rule.effective)
    if recorded is None:
        raise BudgetError(_why_not(found, rule.effective))
    return recorded


def _why_not(found: GuaranteedChoice, threshold: float) -> str:
    """Return why ρ does not have a guarantee, and which ρ has it."""
    if found.best is None:
        return none_guaranteed(found).removesuffix(".")
    shown, above = rho_on_plateau(threshold), found.passing[found.passing >= threshold]
    if 0 < len(above) < len(found.passing):  # between two that pass
        tested = rho_on_plateau(float(above.min()))
        return f"ρ = {shown} is none of the candidates that are tested; use --threshold {tested}"
    best = found.best.threshold
    if math.isinf(best):  # no sample reaches even the largest candidates
        best = float(found.passing[0])
    return f"ρ = {shown} does not have this guarantee; use --threshold {rho_on_plateau(best)}"
