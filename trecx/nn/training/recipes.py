"""How each task is trained: the paper's way, and a shorter one."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from trecx.datasets.augmentation import WaveformAugmentation
from trecx.datasets.tasks import find_task
from trecx.errors import unknown_name
from trecx.nn.training.images import ImageAugmentation
from trecx.nn.training.schedules import Decay, OneCycle, Schedule, Steps
from trecx.nn.training.waveforms import SpeechAugmentation


@dataclass(frozen=True)
class Recipe:
    """How a network of one task is trained; Adam always.

    Attributes:
        name: `paper` or `short`.
        epochs: how often every sample is seen.
        batch_size: samples a step; what is left over at the end of an epoch waits for another one.
        schedule: learning rates.
        early_weight: how much the loss of an early exit counts, where the system has no rule of its own.
        augmentation: what is done to training samples; None: nothing.
        transfer_share: share of the epochs, from the first, in which weights are transferred (Section 4.3).
    """

    name: str
    epochs: int
    batch_size: int
    schedule: Schedule
    early_weight: float
    augmentation: ImageAugmentation | SpeechAugmentation | None = None
    transfer_share: float = 0.8

    def augment(self, noise: npt.NDArray[np.int16]) -> ImageAugmentation | WaveformAugmentation | None:
        """Return what changes a batch of training samples, None if nothing does.

        Args:
            noise: the dataset's background noise, int16 of shape (n_frames,), empty if it has none.
        """
        if isinstance(self.augmentation, SpeechAugmentation):
            return self.augmentation.with_noise(noise)
        return self.augmentation

    def config(self, noise: npt.NDArray[np.int16]) -> dict[str, Any]:
        """Return everything that it says, as plain data; `noise` as for `augment`."""
        augment = self.augment(noise)
        schedule = {"kind": type(self.schedule).__name__, **asdict(self.schedule)}
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in schedule.items()}
        return {**asdict(self), "schedule": plain, "augmentation": augment.config() if augment else None}


# REFERENCE section 3; early weights: Section 5 of the paper.
_IC_PAPER = Recipe("paper", 500, 32, Decay(0.001, 0.99), 0.5, ImageAugmentation(0.1, rotation_degrees=15))
# Ours, for two cores.
_IC_SHORT = Recipe("short", 36, 128, OneCycle(0.01), 0.5, ImageAugmentation(0.125))

# What the paper leaves open, learning rates and noise, is MLPerf Tiny's, which it trains as.
_KWS_PAPER = Recipe(
    "paper", 36, 100, Steps((0.0005, 0.0001, 0.00002), (1 / 3, 2 / 3)), 0.3, SpeechAugmentation()
)
# Ours, measured on the small data: 100 ms shifts gave trecx 89.3 and the baseline 89.9 %, without them it is
# 90.1 and 90.2 %, and a fifth faster. Both are within luck, as test and validation clips are few.
_KWS_SHORT = Recipe("short", 24, 64, OneCycle(0.01), 0.3)

# Turns and shifts are MLPerf Tiny's, without its zoom.
_VWW_AUGMENTATION = ImageAugmentation(0.05, rotation_degrees=10)
_VWW_PAPER = Recipe("paper", 50, 32, Steps((0.001, 0.0005, 0.00025), (0.4, 0.6)), 0.4, _VWW_AUGMENTATION)
# Not measured: the images are nowhere at hand.
_VWW_SHORT = Recipe("short", 15, 64, OneCycle(0.004), 0.4, ImageAugmentation(0.05))

_DIGITS = Recipe("short", 30, 64, OneCycle(0.01), 0.5)

RECIPES: Mapping[str, Mapping[str, Recipe]] = {
    "ic": {"paper": _IC_PAPER, "short": _IC_SHORT},
    "kws": {"paper": _KWS_PAPER, "short": _KWS_SHORT},
    "vww": {"paper": _VWW_PAPER, "short": _VWW_SHORT},
    "digits": {"paper": _DIGITS, "short": _DIGITS},  # the paper has nothing on digits
}


def find_recipe(task: str, name: str, epochs: int | None = None) -> Recipe:
    """Return a task's recipe by name, with another number of epochs if one is given.

    Raises:
        UnknownNameError: there is no such task, or it has no such recipe.
    """
    recipes = RECIPES[find_task(task).name]
    recipe = recipes[name] if name in recipes else unknown_name("recipe", name, recipes)
    return replace(recipe, epochs=epochs) if epochs else recipe
