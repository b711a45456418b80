"""The texts of the console about the samples: how many are shown, and which of them ρ is chosen on."""

from typing import Any

from trecx.console.labels import SAME_SAMPLES
from trecx.datasets.halves import CALIBRATION, Half
from trecx.datasets.tasks import task_of
from trecx.store import Run


def shown_samples(run: Run, n_samples: int, half: Half | None) -> dict[str, Any]:
    """Return the texts about the samples that are shown.

    Args:
        run: the run shown.
        n_samples: number of samples shown.
        half: the half of the samples that is shown; None: all.
    """
    counted = counted_samples(run, n_samples)
    return {"same_samples": _two_halves(half, counted) if half else SAME_SAMPLES}


def counted_samples(run: Run, n_samples: int) -> str:
    """Return the number of samples in words, such as "4,890 clips"."""
    return f"{n_samples:,} {task_of(run.task, run.noun).noun}s"


def _two_halves(half: Half, counted: str) -> dict[str, Any]:
    """Return on which half ρ is chosen, and on which half the numbers are measured."""
    basis = f"the {half.name} half ({counted}, seed {half.seed})"
    sentence = f"ρ is chosen on the calibration half; these numbers are measured on {basis}."
    if half.name == CALIBRATION:
        sentence = (
            f"ρ is chosen on {basis}, and these numbers are measured on it, too: select the held-out half "
            "to measure ρ on other samples."
        )
    return {
        "sentence": sentence,
        "question": "Why two halves?",
        "answer": [
            "A ρ that just meets a limit on some samples does so partly by chance, and other samples do not "
            "repeat that chance. So the accuracy at ρ is measured on samples that did not take part in its "
            "choice.",
            "Limits and guarantees are always tested on the calibration half, whichever half is shown. A ρ "
            "that you set by hand while the held-out half is shown is chosen on the held-out half.",
            "The split depends on the names of the samples and on the seed. Classes are in proportion, and "
            "all samples of a speaker are in one half, where names tell the speaker.",
        ],
    }
