"""Accuracies that a person names to compare networks at."""

from typing import NamedTuple

from trecx.errors import TargetError


class Target(NamedTuple):
    """An accuracy to compare at: above 0 and up to 1, or, where it is not, so far below the baseline's."""

    value: float

    @property
    def label(self) -> str:
        """As a person writes it.

        >>> Target(-0.01).label, Target(0.905).label, Target(0.0).label
        ('−1 %', '90.5 %', "the baseline's")
        """
        if not self.value:
            return "the baseline's"
        return f"{100 * self.value:g} %".replace("-", "−")


def parse_targets(text: str) -> list[Target]:
    """Return the accuracies that a text names in percent: "−1, 0" below or at the baseline's, "90" itself.

    Where semicolons stand between them, a comma is a decimal comma.

    Raises:
        TargetError: it names none, or one that no accuracy can be; the message says how to write it.

    >>> [target.value for target in parse_targets("−1, 90.5 %")]
    [-0.01, 0.905]
    """
    plain = text.replace("−", "-").replace("–", "-").replace("%", "")
    if ";" in plain:
        plain = plain.replace(",", ".").replace(";", ",")
    try:
        values = [float(word) for word in plain.split(",") if word.strip()]
    except ValueError:
        values = []
    if not values or not all(-100 < value <= 100 for value in values):
        raise TargetError(
            "Write accuracies in percent, separated by commas: −1 is one point below the baseline, 0 is the "
            f"baseline's, 90 is 90 % itself. {text!r} is not that."
        )
    return [Target(round(value / 100, 12)) for value in dict.fromkeys(values)]
