"""Int8 runs made of float32 ones, for tests: the same scores in steps of 1/256, with a known deployment."""

import shutil
from hashlib import sha256

import numpy as np

from trecx.scores import ExitScores
from trecx.scores.deployment import Calibration, DeployedStage, Deployment
from trecx.scores.run import Provenance, Run
from trecx.store import Store

NOISE = 0.03  # of the scores, so that int8 and float32 decide differently


def deployment_of(float_sha256: str | None, n_exits: int = 2) -> Deployment:
    calibration = Calibration(200, "Speech Commands", "training", 0, False)
    stages = (DeployedStage(28_000, 22_000, 400),) * n_exits
    return Deployment(float_sha256, "default", calibration, stages, 50_000, 125_000, 8_000)


def quantised(scores: ExitScores, noise: float = NOISE) -> ExitScores:
    """The scores as an int8 softmax has them, a little off, as a quantised network's are."""
    random = np.random.default_rng(0)
    moved = scores.probabilities * random.uniform(1 - noise, 1 + noise, scores.probabilities.shape)
    steps = np.rint(256 * moved / moved.sum(axis=2, keepdims=True)).clip(0, 255)
    names = {"class_names": scores.class_names, "sample_names": scores.sample_names}
    return ExitScores(scores.labels, scores.exit_flops, (steps / 256).astype(np.float32), **names)


def int8_provenance(run: Run) -> Provenance:
    """The provenance of the int8 run of a float32 run's model."""
    known = deployment_of(run.model_sha256, run.n_exits).document()
    return Provenance(
        *(run.task, run.system, run.source, run.dataset, run.split, run.model),
        sha256(f"int8 of {run.model_sha256}".encode()).hexdigest(),
        run.parameters,
        {"tflite-micro": "0.1"},
        training=run.training | {"precision": "int8", "deployment": known},
    )


def save_int8(store: Store, run: Run, noise: float = NOISE) -> Run:
    """Save an int8 run of a float32 run's model, and return it."""
    saved = store.save_run(int8_provenance(run), quantised(store.load_scores(run), noise))
    return store.find_run(saved.run_id)


def shipped_with_int8(shipped: str, folder, *names: str) -> Store:
    """A copy of the shipped store with int8 runs of these published ones."""
    file = folder / "with-int8.sqlite"
    shutil.copyfile(shipped.removeprefix("sqlite:///"), file)
    store = Store(f"sqlite:///{file}")
    for name in names:
        save_int8(store, store.find_run(name, "published"))
    return store
