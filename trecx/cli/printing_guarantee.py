"""What `choose` says of a guarantee: rows of its table, and parts of its JSON document."""

from collections.abc import Iterator, Mapping
from typing import Any

from trecx.cli.answer import Answer
from trecx.cli.printing import mflops, percent, rho_on_plateau
from trecx.threshold.guarantee.losses import Loss, guaranteed_limit
from trecx.threshold.guarantee.selection import MOST_SAMPLES, GuaranteedChoice
from trecx.threshold.guarantee.texts import REFERENCES, limit_text, shown_bound


def tested_limit(answer: Answer) -> str | None:
    """Return the name of the limit that is to be guaranteed; None if none is."""
    return guaranteed_limit(answer.limits) if answer.guaranteed else None


def guarantee_document(answer: Answer) -> dict[str, Any]:
    """Return what `--json` says of a guarantee; nothing without one."""
    found = answer.guaranteed
    if found is None:
        return {}
    naive, best = found.naive.best, found.best
    return {
        "guarantee": chosen_document(found, _loss_at(answer, best.threshold) if best else None),
        "naive": naive and _naive_document(answer, naive.threshold),
        "samples_needed": found.samples_needed,
    }


def chosen_document(found: GuaranteedChoice, measured: float | None) -> dict[str, Any]:
    """Return a guarantee as JSON has it.

    Args:
        found: the guaranteed choice.
        measured: the loss on the samples that are measured on; None if it is unknown or nothing was chosen.
    """
    loss = found.loss
    return {
        "probability": found.guarantee.probability,
        "loss": loss.kind,
        "limit": loss.limit,
        "against": loss.against,
        "each_class": loss.each_class,
        "method": loss.method,
        "n_calibration": found.n_calibration,
        "bound": found.bound,
        "measured": measured,
    }


def _naive_document(answer: Answer, threshold: float) -> dict[str, float | None]:
    quantities = {name: value for name, value in answer.measured[threshold].items() if name != "loss"}
    return {"threshold": threshold, **quantities, "measured": _loss_at(answer, threshold)}


def guarantee_rows(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield the rows of a guarantee: what is promised, the test behind it, and what it costs."""
    found = answer.guaranteed
    if found is None:
        return
    loss, best, naive = found.loss, found.best, found.naive.best
    probability = f"{100 * found.guarantee.probability:g} %"
    about = (loss.against, loss.each_class)
    yield "guarantee", f"{limit_text(loss.kind, loss.limit, *about)}, with {probability} probability"
    if best and found.bound is not None:
        yield "bound at this ρ", limit_text(loss.kind, shown_bound(found.bound, loss.limit), *about)
        where = f", {answer.view.asked.half} half" if answer.view.asked.half else ""
        yield f"measured{where}", _measured_text(loss, _loss_at(answer, best.threshold))
    yield "test", loss.method
    yield "calibration samples", f"{found.n_calibration:,}"
    if naive is None:
        yield "naive ρ", "none"
        return
    there = answer.measured[naive.threshold]
    measured = _measured_text(loss, there.get("loss"))
    yield "naive ρ", f"{rho_on_plateau(naive.threshold)}: {mflops(there['flops'])} MFLOPs, {measured}"
    if best:
        yield "cost of the guarantee", _cost_text(answer.measured[best.threshold], there)


def none_guaranteed(found: GuaranteedChoice | None) -> str:
    """Return why no ρ has the guarantee, and what would help; empty if some ρ has it."""
    if found is None or len(found.passing):
        return ""
    loss, needed = found.loss, found.samples_needed
    measured = float(loss.measured[1])  # the largest candidate
    if needed or measured < loss.limit:
        number = f"About {needed:,}" if needed else f"More than {MOST_SAMPLES:,.0f}"
        there = f"would be needed; there are {found.n_calibration:,}."
        return f"No ρ has this guarantee. {number} calibration samples {there}"
    return (
        "No ρ has this guarantee, and more samples would not help: even at the largest ρ, "
        f"{_measured_text(loss, measured)} is measured. Set another limit."
    )


def _measured_text(loss: Loss, measured: float | None) -> str:
    if measured is None:
        return "unknown: a class has no samples"
    where = " in the worst class" if loss.each_class else ""
    if loss.kind == "lost":
        return f"{percent(measured)} lost{where}"
    if loss.kind == "drop":
        way = "below" if measured >= 0 else "above"
        return f"{100 * abs(measured):.2f} pt {way} the {REFERENCES[loss.against]}{where}"
    return f"{percent(1 - measured)} accuracy{where}"


def _cost_text(guaranteed: Mapping[str, float], naive: Mapping[str, float]) -> str:
    """Return how much more a guaranteed ρ costs than the naive one."""
    parts = []
    for name, title in (("flops", "FLOPs"), ("energy_uj", "energy")):
        if name in guaranteed:
            change = 100 * (guaranteed[name] / naive[name] - 1)
            parts.append(f"{change:+.1f} % {title}".replace("-", "−"))
    return ", ".join(parts)


def _loss_at(answer: Answer, threshold: float) -> float | None:
    return answer.measured[threshold].get("loss")
