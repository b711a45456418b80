"""Schedules of the learning rate."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Decay:
    """The rate is multiplied by a factor after each epoch.

    >>> Decay(0.001, 0.99).rate(1.5, 500) == 0.001 * 0.99
    True
    """

    first: float
    factor: float

    def rate(self, epochs_done: float, epochs: int) -> float:
        """Return the learning rate when `epochs_done` of `epochs` are done."""
        return self.first * self.factor ** int(epochs_done)


@dataclass(frozen=True)
class Steps:
    """The rate changes after given shares of the epochs.

    Attributes:
        rates: one more than `ends`.
        ends: when all rates but the last end, as shares of all epochs.

    >>> [Steps((0.001, 0.0005, 0.00025), (0.4, 0.6)).rate(done, 50) for done in (19, 20, 29, 30, 49)]
    [0.001, 0.0005, 0.0005, 0.00025, 0.00025]
    """

    rates: tuple[float, ...]
    ends: tuple[float, ...]

    def rate(self, epochs_done: float, epochs: int) -> float:
        """Return the learning rate when `epochs_done` of `epochs` are done."""
        passed = sum(epochs_done >= round(end * epochs) for end in self.ends)
        return self.rates[passed]


@dataclass(frozen=True)
class OneCycle:
    """The rate rises to its peak and falls to 0, each as half a cosine (Smith and Topin 2018).

    Attributes:
        peak: largest rate.
        rise: share of the training at which the peak is reached.

    >>> [round(OneCycle(0.006, rise=0.25).rate(done, 12), 4) for done in (0, 1.5, 3, 7.5, 12)]
    [0.0002, 0.0031, 0.006, 0.003, 0.0]
    """

    peak: float
    rise: float = 0.25

    def rate(self, epochs_done: float, epochs: int) -> float:
        """Return the learning rate when `epochs_done` of `epochs` are done."""
        share = epochs_done / epochs
        if share < self.rise:
            start = self.peak / 25
            return start + (self.peak - start) * (1 - math.cos(math.pi * share / self.rise)) / 2
        return self.peak * (1 + math.cos(math.pi * (share - self.rise) / (1 - self.rise))) / 2


Schedule = Decay | Steps | OneCycle
