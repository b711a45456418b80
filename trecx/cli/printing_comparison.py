"""Print a comparison of runs, as tables or as one JSON document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trecx.cli.precision import tell_differences
from trecx.cli.printing import mflops, percent, print_columns, print_json, rho, tell
from trecx.cli.quantities import TITLES, estimates, number, saving_text, settings, tell_settings
from trecx.cli.run_context import Asked, RunView
from trecx.comparison.accuracy_targets import Target
from trecx.comparison.design import Design, ranked
from trecx.comparison.paired_difference import PairedDifference
from trecx.saved_points.record import RecordedSplit
from trecx.scores.run import counterpart_among
from trecx.store import Run
from trecx.threshold.run_context import RunContext

NONE = "–"


@dataclass(frozen=True, eq=False)
class Pair:
    """The accuracy difference of two runs at equal FLOPs: that of `one` minus that of `other`."""

    one: str
    other: str
    difference: PairedDifference


@dataclass(frozen=True, eq=False)
class Comparison:
    """What is compared.

    Attributes:
        designs: one for each run.
        targets: the accuracies to compare at.
        threshold: ρ to compare at; None: not asked for.
        pairs: the first run with each other one on the same samples.
        differing: each int8 run whose float32 run is compared too, and how often they differ at ρ.
        splits: the halves of the samples of each run, by its id; none if all samples are measured on.
    """

    designs: Sequence[Design]
    targets: Sequence[Target]
    threshold: float | None
    pairs: Sequence[Pair]
    differing: Sequence[tuple[Run, dict[str, Any]]] = ()
    splits: Mapping[str, RecordedSplit] = field(default_factory=dict)


def show_comparison(found: Comparison, asked: Asked, as_json: bool) -> None:
    """Print savings, points and paired differences; the design that saves most comes first."""
    designs = ranked(found.designs)
    documents = [_document(design, found, asked) for design in designs]
    if as_json:
        print_json({"designs": documents, "paired": [_pair_document(pair) for pair in found.pairs]})
        return
    savings = ("run", "precision", "FLOPs saving", "share of oracle saving", "samples")
    print_columns(savings, map(_saving_cells, designs))
    costs = [name for name in TITLES if any(name in point for each in documents for point in each["points"])]
    changes = ("energy vs baseline",) if costs else ()
    head = ("run", "at", "ρ", "accuracy", "exit rate", "MFLOPs", *(TITLES[name] for name in costs), *changes)
    print_columns(head, (cells for document in documents for cells in _point_cells(document, costs)))
    if found.pairs:
        head = ("accuracy at equal FLOPs", "mean difference", "95 % CI", "significant at MFLOPs")
        print_columns(head, map(_pair_cells, found.pairs))
    if any("threshold" not in point for each in documents for point in each["points"]):
        tell(f"“{NONE}”: no ρ reaches this accuracy, or there is no baseline.")
    for run, differs in found.differing:
        tell_differences(run, differs)
    _tell_of_samples(designs)
    tell_settings(*(_view(design, found, asked) for design in designs))


def _view(design: Design, found: Comparison, asked: Asked) -> RunView:
    run = design.runs[0]
    counterpart = counterpart_among(run, [each.runs[0] for each in found.designs])
    return RunView(run, None, design.situations[0], asked, counterpart, found.splits.get(run.run_id))


def _document(design: Design, found: Comparison, asked: Asked) -> dict[str, Any]:
    run, context = design.runs[0], design.situations[0]
    saving, share = design.saving, design.oracle_share
    points = [_target_document(design, target) for target in found.targets]
    if found.threshold is not None:
        points.append({"at": f"ρ = {found.threshold:g}", **_point_document(context, found.threshold)})
    return {
        "run_id": run.run_id,
        "precision": run.precision,
        "dataset": run.dataset,
        "n_samples": context.table.n_samples,
        "parameters": run.parameters,
        "exit_flops": run.exit_flops,
        "standalone_accuracy": context.table.standalone_accuracy.tolist(),
        "saving": saving.value if saving else None,
        "oracle_share": share.value if share else None,
        "baseline": context.reference,
        **settings(_view(design, found, asked)),
        "points": points,
    } | next(({"differs_from": differs} for other, differs in found.differing if other == run), {})


def _target_document(design: Design, target: Target) -> dict[str, Any]:
    """Return the point that is closest to a target accuracy; without numbers if no ρ reaches it."""
    points = design.tradeoff(target)
    about = {"at": target.label, "target": target.value}
    return about | _point_document(design.situations[0], points[0].threshold) if points else about


def _point_document(context: RunContext, threshold: float) -> dict[str, Any]:
    point = context.point(threshold)
    known = context.conditions.quantities(point)
    return {"threshold": point.threshold, **known, **estimates(context, point)}


def _pair_document(pair: Pair) -> dict[str, Any]:
    found = pair.difference
    mean, low, high = found.mean
    return {
        "one": pair.one,
        "other": pair.other,
        "n_samples": found.n_samples,
        "mean": {"difference": mean, "low": low, "high": high},
        "significant": [
            {"from_flops": start, "to_flops": end, "better": pair.one if sign > 0 else pair.other}
            for start, end, sign in found.sure()
        ],
        "flops": found.flops.tolist(),
        "difference": found.gain.tolist(),
        "low": found.low.tolist(),
        "high": found.high.tolist(),
    }


def _saving_cells(design: Design) -> tuple[str, ...]:
    run, known = design.runs[0], (design.saving, design.oracle_share)
    saving, share = (NONE if each is None else percent(each.value) for each in known)
    reference = run.system == "baseline"
    return (
        run.run_id,
        run.precision,
        "reference" if reference else saving,
        NONE if reference else share,
        f"{design.situations[0].table.n_samples:,}",
    )


def _point_cells(document: dict[str, Any], costs: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for point in document["points"]:
        if "threshold" not in point:
            yield (document["run_id"], point["at"], *[NONE] * (4 + len(costs) + bool(costs)))
            continue
        results = (percent(point["accuracy"]), percent(point["exit_rate"]), mflops(point["flops"]))
        paid = [number(name, point[name]) for name in costs]
        if costs:
            paid.append(saving_text(point) or NONE)
        yield (document["run_id"], point["at"], rho(point["threshold"]), *results, *paid)


def _pair_cells(pair: Pair) -> tuple[str, ...]:
    mean, low, high = (f"{100 * value:+.2f}".replace("-", "−") for value in pair.difference.mean)
    pieces = [f"{start / 1e6:.3f} – {end / 1e6:.3f}" for start, end, _ in pair.difference.sure()]
    return f"{pair.one} − {pair.other}", f"{mean} pt", f"{low} to {high} pt", ", ".join(pieces) or NONE


def _tell_of_samples(designs: Sequence[Design]) -> None:
    """Print which savings are unknown, and that designs on other samples cannot be compared."""
    unknown = [design.name for design in designs if design.saving is None]
    if unknown:
        tell(f"No baseline on the same samples, so the saving is unknown: {', '.join(unknown)}.")
    runs = {design.runs[0].sample_set_id: design.runs[0] for design in designs}.values()
    if len(runs) > 1:
        each = " and ".join(f"{run.dataset} ({run.n_samples:,})" for run in runs)
        tell(f"The runs were scored on different samples: {each}. Do not compare their accuracies.")
