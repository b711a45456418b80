"""Runs that no network made, for tests of what is computed from many runs."""

import numpy as np

from trecx.datasets.tasks import TASKS
from trecx.scores import ExitScores
from trecx.store import Provenance, Run, Store

FLOPS = {
    "baseline": [250],
    "trecx": [110, 270],
    "trecx-noev": [110, 260],
    "trecx-notransfer": [110, 270],
    "fmaps-concat": [110, 262],
    "baseline-ee": [105, 255],
    "sdn": [100, 180, 255],
    "branchynet": [150, 250, 320],
    "trecx-two-exits": [110, 190, 280],
    "trecx-extra-class": [110, 270],
    "trecx-at-quarter": [60, 270],
    "trecx-at-three-quarters": [190, 270],
}


def scores_of(system: str, task: str, seed: int, n_samples: int) -> ExitScores:
    """Return scores that are surer and more often right from exit to exit; the labels are always the same."""
    flops, labels = 1000 * np.array(FLOPS[system]), np.arange(n_samples) % len(TASKS[task].class_names)
    class_names = (*TASKS[task].class_names, *("(extra)",) * (system == "trecx-extra-class"))
    n_classes = len(class_names)
    random = np.random.default_rng([seed, *system.encode()])
    sharpness = np.linspace(2.5, 5, len(flops) + 1)[1:, None]
    logits = random.normal(size=(n_samples, len(flops), n_classes))
    logits += sharpness * (labels[:, None, None] == np.arange(n_classes))
    odds = np.exp(2 * logits)
    probabilities = (odds / odds.sum(axis=2, keepdims=True)).astype(np.float32)
    return ExitScores(labels, flops, probabilities, class_names=class_names)


def save_synthetic(
    store: Store,
    task: str,
    system: str,
    seed: int,
    n_samples: int = 200,
    source: str = "trained here",
    dataset: str = "synthetic",
    recipe: str = "short",
    attempt: int = 0,
) -> Run:
    """Save one such run as if it had been trained; another attempt at a seed gives other scores."""
    name = f"{task} {system} {source} {recipe} {seed} {attempt}"
    training = {"recipe": recipe, "seed": seed, "epochs": 12} if source == "trained here" else {}
    provenance = Provenance(
        task, system, source, dataset, "test", name, name, 1000 * len(FLOPS[system]), {}, training=training
    )
    return store.save_run(provenance, scores_of(system, task, seed + 100 * attempt, n_samples))
