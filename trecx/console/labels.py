"""The texts of the console: labels, a hint for each term, and why the accuracy may be too high."""

from typing import Any, NamedTuple

from trecx.console.precisions import precision_hints
from trecx.console.vectors import SEVERAL
from trecx.datasets.tasks import task_of
from trecx.glossary import definition
from trecx.scores.run import PRECISIONS
from trecx.store import Run
from trecx.threshold.benefit_curve import break_even_exit_rate
from trecx.threshold.exit_criteria import CRITERIA, LARGEST
from trecx.threshold.outcomes import OUTCOME_LABELS, OUTCOMES


class Hint(NamedTuple):
    """The hint for a term of the console.

    Attributes:
        term: as in the glossary.
        definition: the glossary's, or one sentence if the glossary lacks the term.
        more: further help, such as how to use the control.
        equation: from the paper.
    """

    term: str
    definition: str
    more: str = ""
    equation: str = ""

    @property
    def text(self) -> str:
        """The hint as text; its second line, if any, is the equation."""
        return "\n".join(filter(None, [f"{self.definition} {self.more}".strip(), self.equation]))


def _hint(term: str, more: str = "", equation: str = "") -> Hint:
    """Return the hint for a term of the glossary."""
    return Hint(term, definition(term), more, equation)


HINTS = {
    "rho": _hint(
        "threshold ρ",
        "Drag it, click, type, or press ← → (with Shift: ten steps); press End twice for no early exit.",
        "Eq. 1: answer = argmax z_early if max z_early ≥ ρ, else argmax z_final",
    ),
    "never": Hint("no early exit", "ρ = ∞: every sample runs to the final exit.", "Press again to go back."),
    "plateau": _hint("plateau"),
    "accuracy": Hint(
        "accuracy",
        "The share of all samples that are classified correctly, at whichever exit they stop.",
        f"95 % CI: {definition('95 % CI')[0].lower()}{definition('95 % CI')[1:]}",
        "Eq. 2: acc = (correct at the early exit + correct at the final exit) / (ηₑ + η_f)",
    ),
    "early": _hint("exit rate", equation="EE_rate(ρ) = ηₑ / (ηₑ + η_f)"),
    "break_even": _hint(
        "break-even exit rate",
        "A sample that reaches the final exit also pays for the early exits before it.",
        "(C_final − C_baseline) / (C_final − C_early)",
    ),
    "flops": _hint(
        "expected FLOPs",
        "One multiply-accumulate counts as two.",
        "Eq. 3: C = C_early if a sample exits early, else C_final",
    ),
    "energy": Hint(
        "energy",
        "Energy per inference, averaged over all samples at this ρ.",
        f"Estimate: {definition('energy estimate')} Its source is shown at the device. A measured value is "
        "the one that you entered.",
        "E(exit) = E_reference × instructions(exit) / instructions(reference), or FLOPs likewise",
    ),
    "battery": Hint(
        "battery life",
        "Usable energy divided by what a day of inferences and sleep consumes.",
        "Self-discharge is not included.",
        "days = usable J / (E × inferences per day + sleep J per day)",
    ),
    "curve": _hint(
        "benefit curve",
        "The circle is the current ρ. The tinted area is at least as accurate as the baseline.",
    ),
    "baseline": _hint("baseline", "It is marked × on the curve."),
    "oracle": _hint("oracle", "It is the dotted line."),
    "confusion": Hint(
        "confusion matrix",
        "How often samples of the row's class are predicted as the column's class.",
        "The shade is the square root of the share of the row; blue is correct, orange is incorrect.",
    ),
}

PER_EXIT_HINTS = {
    "per_exit": _hint(
        "one threshold per exit",
        "The handles start at ρ, rounded up to the next k/256: with int8 scores, this changes no decision; "
        "with float32 scores, a few samples may exit later.",
    ),
    "front": _hint("Pareto front", "Drag on the curve, or move the slider below it, to set all thresholds."),
}

OUTCOME_HINTS = {name: _hint(label) for name, label in zip(OUTCOMES, OUTCOME_LABELS, strict=True)}

REMEDIES = {
    "energy": "Select a device",
    "battery": "Select a battery",
    "rate": "Set inferences per minute",
}

# docs/numbers.md describes how this was measured.
SAME_SAMPLES = {
    "sentence": "ρ is chosen on the same samples that its accuracy is measured on, so expect a slightly "
    "lower accuracy in the field.",
    "question": "How much lower?",
    "answer": [
        "A ρ that just meets a limit on these samples does so partly by chance, and new samples do not "
        "repeat that chance. The 95 % CI does not include the choice of ρ.",
        "Measured on the published T-RECX network for keyword spotting: its 4,890 clips were split into two "
        "halves 1,000 times. On one half, the cheapest ρ that loses at most 1 pt vs the final exit was "
        "chosen. On the other half, this ρ lost more than 1 pt in 52 % of the splits.",
        "Keep a margin: with a limit of 0.5 pt, the other half lost more than 1 pt in 9 % of the splits. Or "
        "ask for a guarantee: ρ is then chosen so that the limit holds with 90, 95 or 99 % probability.",
        "To measure without this optimism, choose ρ on the calibration half of the samples, and look at its "
        "numbers on the held-out half (left column: Samples).",
        "Method: docs/numbers.md, section “Choosing and measuring on the same samples”.",
    ],
}


def band_hint(method: str) -> str:
    """Return the hint for the band of the curve.

    Args:
        method: how its intervals were computed (`AccuracyBand.method`).
    """
    return f"{definition('95 % band')} Here: {method}. It does not include the choice of ρ."


def words(run: Run, baseline_flops: float, criterion: str, counterpart: Run | None = None) -> dict[str, Any]:
    """Return the texts of the console that do not depend on ρ.

    Args:
        run: the run shown.
        baseline_flops: FLOPs of the baseline, or of the final exit if there is no baseline.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        counterpart: the run of the same network in the other precision; None if there is none.
    """
    precisions = precision_hints(run, counterpart)
    said = [(name, precisions[name]) for name in PRECISIONS]
    noun = task_of(run.task, run.noun).noun
    article = "An" if noun[0] in "aeiou" else "A"
    several = run.n_exits >= SEVERAL
    hints = HINTS | PER_EXIT_HINTS if several else HINTS
    confidence = "confidence" if criterion == LARGEST else f"{CRITERIA[criterion]} confidence"
    rule = f"at the first exit with {confidence} ≥ ρ" if several else f"early if its {confidence} ≥ ρ"
    break_even = break_even_exit_rate(run.exit_flops, baseline_flops)
    return {
        "samples": f"{noun}s",
        "meaning": f"{article} {noun} exits {rule}",
        "axis": f"{confidence[0].upper()}{confidence[1:]} before the final exit"
        if several
        else f"Early-exit {confidence}",
        "histogram": f"distribution of the {confidence} before the final exit",
        "several": several,
        "break_even": "" if break_even is None else f"break-even {100 * break_even:.1f} %",
        "per_exit": _per_exit(article, noun, confidence),
        "hints": {name: hint.text for name, hint in hints.items()} | precisions,
        "terms": [
            *([hint.term, hint.text] for hint in [*hints.values(), *OUTCOME_HINTS.values()]),
            *map(list, said),
        ],
        "outcomes": {name: [hint.term, hint.text] for name, hint in OUTCOME_HINTS.items()},
        "remedies": REMEDIES,
    }


def _per_exit(article: str, noun: str, confidence: str) -> dict[str, str]:
    """Return the texts of the console with one threshold per exit."""
    return {
        "meaning": f"{article} {noun} exits at the first exit whose own threshold its {confidence} reaches",
        "axis": f"{confidence[0].upper()}{confidence[1:]} at each exit",
        "histogram": f"distribution of the {confidence} over all {noun}s",
        "reading": f"Reading the scores of each {noun} …",
        "searching": "Computing the Pareto front …",
        "refusal": "A threshold must be a number from 0 to 1, or “never”.",
    }
