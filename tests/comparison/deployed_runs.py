"""Runs of a staged int8 network, for tests."""

from tests.comparison.synthetic import scores_of
from trecx.scores.deployment import DeployedStage, Deployment
from trecx.store import Provenance, Run, Store

STAGES = {
    "baseline": (DeployedStage(40_000, 24_000, 1_000, 1_000_000),),
    "trecx": (DeployedStage(28_000, 22_000, 1_000, 800_000), DeployedStage(23_000, 21_000, 900, 500_000)),
}


def save_deployed(store: Store, system: str, task: str = "digits") -> Run:
    """Save an int8 run of a synthetic network with its deployment."""
    crossing = 8_000 if len(STAGES[system]) > 1 else 0
    deployment = Deployment(None, "default", None, STAGES[system], 50_000, None, crossing)
    name = f"{task} {system} int8"
    training = {"precision": "int8", "deployment": deployment.document()}
    provenance = Provenance(
        task, system, "trained here", "synthetic", "test", name, name, 1_000, {}, training=training
    )
    return store.save_run(provenance, scores_of(system, task, 0, 200))
