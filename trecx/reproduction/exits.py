"""Figures 2 and 5: the position of the early exit, and its exit block."""

import numpy as np

from trecx.confidence.distribution import MEDIUM_CONFIDENCE, band_density, within
from trecx.figures import PlacedExit, Violin, placement_figure, violin_figure
from trecx.figures.style import BLUE, ORANGE
from trecx.reproduction.density import quantile_gain
from trecx.reproduction.estimates import Estimate, final_gain, standalone
from trecx.reproduction.evidence import Evidence
from trecx.reproduction.panel import Panel, Record, claim, origin
from trecx.reproduction.rows import Row, gain_row
from trecx.scores import FloatArray

PLACES = {"trecx-at-quarter": 0.25, "trecx": 0.5, "trecx-at-three-quarters": 0.75}
BLOCKS = {"trecx": ("T-RECX's exit block", BLUE), "baseline-ee": ("pool + dense", ORANGE)}


def figure_2(evidence: Evidence) -> Panel:
    """Return accuracy against the position of the early exit."""
    placed, records = [], []
    for system, place in PLACES.items():
        if not (scores := evidence.of(system)):
            continue
        exits = {name: standalone(scores, exit_) for name, exit_ in (("early", 0), ("final", -1))}
        placed.append(PlacedExit(place, **{name: (one.value, _bar(one)) for name, one in exits.items()}))
        for name, one in exits.items():
            numbers = {"accuracy": one.value, "low": one.low, "high": one.high, "sd": one.spread}
            records.append(origin(evidence, system) | {"place": place, "exit": name} | numbers)
    baseline = evidence.of("baseline")
    level = standalone(baseline, -1).value if baseline else None
    quarter, half, three_quarters = PLACES
    claims = [
        ("The baseline is more accurate than the final exit with an exit at ¼", "baseline", quarter),
        ("The final exit is more accurate with an exit at ½ than at ¼", half, quarter),
        ("The final exit is more accurate with an exit at ¾ than at ¼", three_quarters, quarter),
    ]
    rows = [row for what, one, other in claims for row in claim(evidence, what, one, other, final_gain)]
    return Panel(rows, placement_figure(placed, level) if placed else None, records)


def figure_5(evidence: Evidence) -> Panel:
    """Return the distribution of the early exit's medium confidences, by exit block."""
    values = {system: _medium_confidences(evidence, system) for system in BLOCKS}
    violins, records = [], []
    for system, (name, ink) in BLOCKS.items():
        if not values[system]:
            continue
        together = np.concatenate(values[system])
        at, density = band_density(together, MEDIUM_CONFIDENCE)
        quartile, median = (float(np.quantile(together, share)) for share in (0.25, 0.5))
        violins.append(Violin(f"{name}<br>{len(together):,} predictions", at, density, median, ink))
        facts: Record = {"n_in_band": len(together), "median": median, "lower_quartile": quartile}
        records += [
            origin(evidence, system) | facts | {"confidence": x, "density": y}
            for x, y in zip(at, density, strict=True)
        ]
    rows = _confidence_rows(evidence, *values.values()) if all(values.values()) else []
    return Panel(rows, violin_figure(violins) if violins else None, records)


def _medium_confidences(evidence: Evidence, system: str) -> list[FloatArray]:
    """Return the early-exit confidences of each run within the range; a run without any is left out."""
    runs = [
        within(scores.confidence[:, 0].astype(float), MEDIUM_CONFIDENCE) for scores in evidence.of(system)
    ]
    return [values for values in runs if len(values)]


def _confidence_rows(evidence: Evidence, ones: list[FloatArray], others: list[FloatArray]) -> list[Row]:
    runs = [run for system in BLOCKS for run in evidence.runs[system]]
    rows = []
    for what, share in (("median", 0.5), ("lower quartile", 0.25)):
        gain = quantile_gain(ones, others, share, MEDIUM_CONFIDENCE)
        claimed = f"Medium confidences (0.65 to 0.9) are higher with T-RECX's exit block: {what}"
        rows.append(gain_row(claimed, gain, None, runs, "", 3))
    return rows


def _bar(one: Estimate) -> float:
    """Return the half-width of an error bar: deviation over seeds, or half of the 95 % CI of one run."""
    return one.margin if one.spread is None else one.spread
