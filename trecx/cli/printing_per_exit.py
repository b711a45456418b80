"""Print the best thresholds, one per exit, as a table or as one JSON document."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trecx.cli.per_exit_answer import PerExitAnswer
from trecx.cli.printing import mflops, percent, print_columns, print_json, tell
from trecx.cli.printing_guarantee import chosen_document
from trecx.cli.printing_points import point_document, point_rows
from trecx.cli.quantities import SHARES, conditions, cost_rows, number, settings, tell_settings
from trecx.threshold.guarantee.texts import limit_text, shown_bound
from trecx.threshold.int8_steps import STEPS
from trecx.threshold.limits import LIMITED, limit_title
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.per_exit.choice import PerExitPoint
from trecx.threshold.per_exit.guaranteed import GuaranteedPerExit

SAME = (
    "The thresholds are chosen on the same samples that their accuracy is measured on, so expect a lower "
    "accuracy in the field; with several thresholds, the difference is larger than with one."
)
TAKEN = " The guarantee takes this into account."


def show_per_exit(answer: PerExitAnswer, as_json: bool) -> None:
    """Print the best thresholds and the best single ρ; or the nearest vectors, if none meets the limits."""
    if as_json:
        print_json(per_exit_document(answer))
        return
    point = answer.point
    rows = _nearest_rows(answer) if point is None else _best_rows(answer, point)
    print_columns(("", answer.view.run.run_id), rows)
    if point is None:
        tell(_none_text(answer.guaranteed))
    elif not answer.apart:
        tell(SAME + (TAKEN if answer.guaranteed else ""))
    tell_settings(answer.view)


def per_exit_document(answer: PerExitAnswer) -> dict[str, Any]:
    """Return the answer as `--json` prints it; `thresholds` has null for an exit where no sample stops."""
    view, choice, point, best = answer.view, answer.choice, answer.point, answer.best
    drop = answer.limits.max_drop
    cheaper, more_accurate = _around(answer)
    around = {"cheaper": _vector_document(cheaper), "more_accurate": _vector_document(more_accurate)}
    about = {
        "wish": answer.limits.given | ({} if drop is None else {"against": answer.limits.against}),
        "int8": view.int8,
        "baseline": view.context.reference,
        "single": _single_document(answer),
        "exhaustive": choice.exhaustive,
        "n_vectors": choice.n_vectors,
        "method": choice.method,
        **_guarantee_document(answer),
    }
    if point is None or best is None:
        return {"run_id": view.run.run_id, "met": False, **settings(view), **about, "nearest": around}
    return {
        **point_document(view, point),
        **_without_loss(answer.measured["best"]),
        "threshold": None,
        "plateau": None,
        "thresholds": best.thresholds,
        "met": True,
        **about,
        "bands": view.context.conditions.bands(point),
        **conditions(view.context.conditions),
        "slack": best.slack,
        "binds": answer.guaranteed.chosen.choice.binds if answer.guaranteed else choice.binds,
        "alternatives": around,
    }


def _around(answer: PerExitAnswer) -> tuple[PerExitPoint | None, PerExitPoint | None]:
    """Return the next cheaper and the next more accurate vector, or the nearest ones."""
    found = answer.guaranteed
    if found is None:
        return answer.choice.cheaper, answer.choice.more_accurate
    return found.point(found.chosen.choice.cheaper), found.point(found.chosen.choice.more_accurate)


def _vector_document(point: PerExitPoint | None) -> dict[str, Any] | None:
    if point is None:
        return None
    where = {"thresholds": point.thresholds, "exit_counts": point.exit_counts}
    return where | point.quantities | {"slack": point.slack, "broken": point.broken}


def _single_document(answer: PerExitAnswer) -> dict[str, Any] | None:
    single = answer.single
    if single is None:
        return None
    where = {"threshold": single.threshold, "plateau": single.plateau}
    return where | _without_loss(answer.measured["single"]) | {"slack": single.slack}


def _guarantee_document(answer: PerExitAnswer) -> dict[str, Any]:
    found = answer.guaranteed
    if found is None:
        return {}
    naive, best = answer.choice.best, answer.best
    measured = answer.measured["best"].get("loss") if best else None
    return {
        "guarantee": chosen_document(found.chosen, measured) | {"n_design": found.n_design},
        "naive": naive
        and {"thresholds": naive.thresholds}
        | _without_loss(answer.measured["naive"])
        | {"measured": answer.measured["naive"].get("loss")},
        "samples_needed": found.samples_needed,
    }


def _without_loss(quantities: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in quantities.items() if name != "loss"}


def _best_rows(answer: PerExitAnswer, point: OperatingPoint) -> Iterator[tuple[str, str]]:
    document = per_exit_document(answer)
    for exit_, threshold in enumerate(document["thresholds"], 1):
        yield f"threshold of exit {exit_}", threshold_text(threshold)
    rows = point_rows(point_document(answer.view, point))
    yield from ((name, text) for name, text in rows.items() if name not in ("ρ", "plateau of ρ"))
    yield "exit rate by exit", " · ".join(percent(each / point.n_samples) for each in point.exit_counts)
    low, high = document["accuracy_interval"]
    yield "95 % CI of accuracy", f"{number('accuracy', low)} – {number('accuracy', high)}"
    yield from cost_rows(document)
    yield from _single_rows(answer)
    yield from _guarantee_rows(answer)
    yield "limiting constraint", ", ".join(map(limit_title, document["binds"])) or "none: no vector is better"
    cheaper, more_accurate = _around(answer)
    on = " (tested samples)" if answer.guaranteed else ""
    yield f"next cheaper{on}", _line(cheaper)
    yield f"next more accurate{on}", _line(more_accurate)
    yield "method", answer.choice.method


def _single_rows(answer: PerExitAnswer) -> Iterator[tuple[str, str]]:
    """Yield the best single ρ, and how much less the chosen thresholds cost."""
    if answer.single is None:
        yield "best single ρ", "none meets the limits"
        return
    best, single = answer.measured["best"], answer.measured["single"]
    name = threshold_text(answer.single.threshold)
    yield "best single ρ", f"{name}: {percent(single['accuracy'])}, {mflops(single['flops'])} MFLOPs"
    for quantity, title in (("flops", "FLOPs"), ("energy_uj", "energy")):
        if quantity in best:
            yield f"{title} vs best single ρ", _change(best[quantity] / single[quantity] - 1)


def _guarantee_rows(answer: PerExitAnswer) -> Iterator[tuple[str, str]]:
    found = answer.guaranteed
    if found is None or found.chosen.bound is None:
        return
    loss, probability = found.chosen.loss, 100 * found.chosen.guarantee.probability
    about, bound = (loss.against, loss.each_class), shown_bound(found.chosen.bound, loss.limit)
    yield "guarantee", f"{limit_text(loss.kind, loss.limit, *about)}, with {probability:g} % probability"
    yield "bound at these thresholds", limit_text(loss.kind, bound, *about)
    yield "test", loss.method
    yield "samples tested", f"{found.chosen.n_calibration:,}; candidates from {found.n_design:,} others"
    if naive := answer.measured.get("naive"):
        change = _change(answer.measured["best"]["flops"] / naive["flops"] - 1)
        yield "FLOPs vs no guarantee", change


def _nearest_rows(answer: PerExitAnswer) -> Iterator[tuple[str, str]]:
    cheaper, more_accurate = _around(answer)
    sides = {"nearest in cost": cheaper, "nearest in accuracy": more_accurate}
    if cheaper == more_accurate:
        sides = {"nearest": cheaper}
    for side, point in sides.items():
        yield side, _line(point)
        yield from _missed_rows(point) if point else ()


def _missed_rows(point: PerExitPoint) -> Iterator[tuple[str, str]]:
    for name in point.broken:
        if point.slack[name] >= 0:  # met on these samples, but not with the probability
            yield f"  {limit_title(name)}", "not guaranteed"
            continue
        missed = _difference(LIMITED[name][0], -point.slack[name])
        yield f"  {'below' if name.startswith('min') else 'above'} {limit_title(name)} by", missed


def _none_text(found: GuaranteedPerExit | None) -> str:
    if found is None or len(found.passing):
        return "No thresholds meet these limits."
    if found.samples_needed is None:
        return "No thresholds have this guarantee, and more samples would not help. Set another limit."
    there = found.n_design + found.chosen.n_calibration
    return (
        f"No thresholds have this guarantee. About {found.samples_needed:,} calibration samples would be "
        f"needed; there are {there:,}."
    )


def _line(point: PerExitPoint | None) -> str:
    if point is None:
        return "none"
    cost = "energy_uj" if "energy_uj" in point.quantities else "flops"
    unit = "µJ" if cost == "energy_uj" else "FLOPs"
    accuracy, costs = (number(name, point.quantities[name]) for name in ("accuracy", cost))
    return f"{vector_text(point.thresholds)}: {accuracy}, {costs} {unit}"


def threshold_text(threshold: float) -> str:
    """Return a threshold as text: as k/256 if it is one, and "never" if no sample stops.

    >>> threshold_text(0.9375), threshold_text(math.inf), threshold_text(0.3)
    ('0.9375 (240/256)', 'never', '0.3')
    """
    if math.isinf(threshold):
        return "never"
    k = threshold * STEPS
    return f"{threshold:.6g} ({k:.0f}/{STEPS})" if k == round(k) else f"{threshold:.6g}"


def vector_text(thresholds: Sequence[float]) -> str:
    """Return thresholds as one text.

    >>> vector_text([0.9375, math.inf])
    '0.9375 · never'
    """
    return " · ".join("never" if math.isinf(each) else f"{each:.4f}" for each in thresholds)


def _difference(name: str, value: float) -> str:
    return f"{100 * value:.2f} pt" if name in (*SHARES, "lost") else number(name, value)


def _change(share: float) -> str:
    return f"{round(100 * share, 2) + 0.0:+.2f} %".replace("-", "−")
