"""The words of the console: what is shown, and a hint for each term, with the paper's equation."""

from typing import Any

from trecx.datasets.tasks import task_of
from trecx.store import Run
from trecx.threshold.benefit_curve import break_even_exit_rate
from trecx.threshold.exit_criteria import CRITERIA, LARGEST

# A hint's later lines are equations.
HINTS = {
    "rho": "The confidence threshold, 0 to 1: the lower it is, the more leave early, and the less an answer "
    "costs. Drag it, click, type, or press ← → (with Shift: ten steps).\n"
    "Eq. 1: answer = argmax z_early if max z_early ≥ ρ, else argmax z_final",
    "plateau": "Every ρ in this interval sends the same samples to the same exits, so all numbers stay.",
    "float32": "Any ρ: the device computes confidence as the scores have it.",
    "int8": "A softmax of 8 bits knows 256 confidences, k/256, the highest 255/256 = 0.9961. So ρ counts in "
    "steps of 1/256, and no sample ever reaches a ρ above that.",
    "accuracy": "Share of all samples that are answered right, wherever they leave; the 95 % interval is "
    "Wilson's.\nEq. 2: acc = (right at the early exit + right at the final exit) / (ηₑ + η_f)",
    "early": "The exit rate: share of samples that leave before the final exit.\n"
    "EE_rate(ρ) = ηₑ / (ηₑ + η_f)",
    "break_even": "The final exit costs more than the baseline, as the early exit is paid for on the way. "
    "Early exit saves only above this exit rate.\n(C_final − C_baseline) / (C_final − C_early)",
    "flops": "Floating-point operations per sample, averaged over where samples leave; one "
    "multiply-accumulate is two.\nEq. 3: C = C_early if it leaves early, else C_final",
    "energy": "Energy per inference, averaged over where samples leave. An estimate is what was measured for "
    "the task's reference network, or, where that was not measured on the device, for the other tasks', "
    "scaled by FLOPs, within a band; its source is at the device. Measured is what you typed.\n"
    "E(exit) = E_reference × FLOPs(exit) / FLOPs(reference)",
    "battery": "Usable energy over what a day of inferences and sleep takes; self-discharge is not counted.\n"
    "days = usable J / (E × inferences a day + sleep J a day)",
    "curve": "Accuracy against expected cost, at every ρ there is; the circle is where you are. The tinted "
    "part is at least as accurate as the baseline.",
    "baseline": "The ×: the same network without early exits, over the same samples.",
    "oracle": "A router that knows in advance which exit will be right, and takes the first such. No router "
    "gets above the dotted line.",
}

REMEDIES = {
    "energy": "choose a device at the left",
    "battery": "choose a battery at the left",
    "rate": "say how often it infers",
}


def words(run: Run, baseline_flops: float, criterion: str) -> dict[str, Any]:
    """Return what the console says of a run, whatever ρ is.

    Args:
        run: what is looked at.
        baseline_flops: what the baseline, or the final exit, costs.
        criterion: what an exit goes by.
    """
    noun = task_of(run.task, run.noun).noun
    article = "an" if noun[0] in "aeiou" else "a"
    several = run.n_exits > 2
    where = "at the first exit where" if several else "at the early exit when"
    place = "before the final" if several else "at the early"
    confidence = "confidence" if criterion == LARGEST else f"confidence by {CRITERIA[criterion]}"
    break_even = break_even_exit_rate(run.exit_flops, baseline_flops)
    return {
        "samples": f"{noun}s",
        "meaning": f"{article} {noun} leaves {where} its {confidence} reaches ρ",
        "axis": f"{confidence} {place} exit (right, wrong), with ρ on it",
        "histogram": f"how confident the network is before the final exit, over {run.n_samples:,} {noun}s",
        "several": several,
        "break_even": "" if break_even is None else f"pays > {100 * break_even:.1f} %",
        "hints": HINTS,
        "remedies": REMEDIES,
    }
