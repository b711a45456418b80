"""The answer to a limit that is to hold with a probability, in words."""

from typing import NamedTuple

from app.live.quantities import numbers, quantity, relative, rho
from app.live.wish import Wish
from trecx.datasets.tasks import task_of
from trecx.threshold.choice import Candidate
from trecx.threshold.guarantee.losses import EACH_CLASS, Loss
from trecx.threshold.guarantee.selection import GuaranteedChoice
from trecx.threshold.guarantee.texts import REFERENCES, shown_bound

ALL_CLASSES_PASS = "Each class is tested at the full level, because all have to pass."


class Words(NamedTuple):
    """An answer.

    Attributes:
        head: its first words.
        text: the rest.
    """

    head: str
    text: str


def guaranteed(chosen: GuaranteedChoice, wish: Wish) -> Words:
    """Return what is guaranteed at the chosen ρ, and what that costs against the naive ρ.

    Raises:
        ValueError: no ρ is guaranteed.
    """
    best, loss = chosen.best, chosen.loss
    if best is None or chosen.bound is None:
        raise ValueError("chosen must have a guaranteed ρ, got none")
    each = " in each class" if loss.each_class else ""
    worst = " in the worst class" if loss.each_class else ""
    parts = [
        f"{_at_most(loss, loss.limit)}{each}.",
        f"Bound {loss_amount(loss, shown_bound(chosen.bound, loss.limit))}{worst} ({_basis(chosen, wish)}).",
        *([ALL_CLASSES_PASS] if loss.each_class else []),
        f"{numbers(best, wish.limits)}{_against_naive(best, chosen.naive.best, wish)}.",
    ]
    return Words(
        f"{rho(best, wish.int8)} holds this with {_probability(chosen)} probability:", " ".join(parts)
    )


def not_guaranteed(chosen: GuaranteedChoice, wish: Wish) -> Words:
    """Return why no ρ is guaranteed, and what would help."""
    loss, n, noun = chosen.loss, chosen.n_calibration, task_of(wish.run.task, wish.run.noun).noun
    cheapest = chosen.choice.more_accurate
    if len(chosen.passing) and cheapest:
        return Words(
            f"No ρ that is guaranteed with {_probability(chosen)} probability meets the other limits.",
            f"The cheapest one is {rho(cheapest, wish.int8)}: {numbers(cheapest, wish.limits)}.",
        )
    lead = f"No ρ is guaranteed with {_probability(chosen)} probability:"
    where = " in one class" if loss.each_class else ""
    if chosen.samples_needed is None:
        highest = "255/256" if wish.int8 else "1"
        return Words(
            lead,
            f"already at ρ = {highest}, {_measured(loss, float(loss.measured[1]))}{where}. More {noun}s like "
            f"these do not help; loosen the limit. ({_capital(_basis(chosen, wish))}.)",
        )
    return Words(
        lead,
        f"about {chosen.samples_needed:,} calibration {noun}s would be needed; there are {n:,}. "
        f"({_capital(loss.method)}.)",
    )


def _at_most(loss: Loss, limit: float) -> str:
    if loss.kind == "error":
        return f"at least {loss_amount(loss, limit)} accuracy"
    if loss.kind == "lost":
        return f"at most {loss_amount(loss, limit)} lost"
    return f"at most {loss_amount(loss, limit)} below the {REFERENCES[loss.against]}"


def _measured(loss: Loss, value: float) -> str:
    if loss.kind == "error":
        return f"the accuracy is {loss_amount(loss, value)}"
    if loss.kind == "lost":
        return f"{loss_amount(loss, value)} are lost"
    return f"the accuracy is {loss_amount(loss, value)} below the {REFERENCES[loss.against]}"


def loss_amount(loss: Loss, value: float) -> str:
    """Return a loss in %, or pt for a drop; an error as accuracy."""
    if loss.kind == "error":
        return f"{100 * (1 - value):.2f} %"
    return f"{100 * value:.2f} {'pt' if loss.kind == 'drop' else '%'}".replace("-", "−")


def _basis(chosen: GuaranteedChoice, wish: Wish) -> str:
    noun = task_of(wish.run.task, wish.run.noun).noun
    method = chosen.loss.method.removesuffix(f" {EACH_CLASS}")
    return f"{method}, {chosen.n_calibration:,} calibration {noun}s"


def _against_naive(best: Candidate, naive: Candidate | None, wish: Wish) -> str:
    if naive is None:
        return ""
    if naive.threshold == best.threshold:
        return "; the naive ρ is the same"
    change = relative(naive.quantities["flops"], best.quantities["flops"])
    costs = quantity(naive, "max_flops")
    return f"; the naive {rho(naive, wish.int8)} costs {costs} ({change}), without a guarantee"


def _probability(chosen: GuaranteedChoice) -> str:
    return f"{100 * chosen.guarantee.probability:.6g} %"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
