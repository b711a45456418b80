"""Training of every network of the comparison, on any backend of Keras: `train(plan, data, folder)`."""

from trecx.nn.training.loop import train
from trecx.nn.training.output import TrainedModel, find_trained, output_folder
from trecx.nn.training.plan import TrainingPlan
from trecx.nn.training.recipes import Recipe, find_recipe

__all__ = [
    "Recipe",
    "TrainedModel",
    "TrainingPlan",
    "find_recipe",
    "find_trained",
    "output_folder",
    "train",
]
