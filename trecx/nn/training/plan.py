"""Plan of a training: equal plans give equal weights."""

from dataclasses import dataclass
from typing import Any

from trecx.datasets.training_sets import TrainingData
from trecx.nn import keras
from trecx.nn.networks import NetworkDescription
from trecx.nn.training.losses import Weights, exit_weights
from trecx.nn.training.recipes import Recipe


@dataclass(frozen=True)
class TrainingPlan:
    """One training.

    Attributes:
        description: the network.
        recipe: its training recipe.
        seed: random seed of weights, sample order, augmentation and dropout.
    """

    description: NetworkDescription
    recipe: Recipe
    seed: int = 0

    def weights_in(self, epoch: int) -> Weights:
        """Return the weight of each exit's loss in an epoch, from 0."""
        recipe, system = self.recipe, self.description.system
        n_exits = len(self.description.exits)
        return exit_weights(system, recipe.early_weight, n_exits, epoch / max(1, recipe.epochs - 1))

    def config(self, data: TrainingData) -> dict[str, Any]:
        """Return everything that the weights depend on, as plain data for JSON."""
        recipe = self.recipe.config(data.noise)
        return {
            "task": self.description.task,
            "system": self.description.system,
            "recipe": recipe.pop("name"),
            "seed": self.seed,
            **recipe,
            "loss_weights_first_epoch": list(self.weights_in(0)),
            "loss_weights_last_epoch": list(self.weights_in(self.recipe.epochs - 1)),
            "dataset": data.dataset,
            "dataset_sha256": data.sha256,
            "train_samples": len(data.train.names),
            "backend": keras.backend.backend(),
        }


def differences(asked: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Return the differences between the requested configuration and the one that was found, as text.

    >>> differences({"seed": 1, "epochs": 3}, {"seed": 0, "epochs": 3})
    ['seed is 1, but 0 in the folder']
    """
    return [
        f"{name} is {asked.get(name)}, but {found.get(name)} in the folder"
        for name in {**asked, **found}
        if asked.get(name) != found.get(name)
    ]
