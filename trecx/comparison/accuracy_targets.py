"""Accuracies at which designs are compared, as a user enters them."""

from typing import NamedTuple

from trecx.errors import TargetError


class Target(NamedTuple):
    """An accuracy to compare at: up to 1 if above 0; else how far it is below the baseline's."""

    value: float

    @property
    def label(self) -> str:
        """The text of pages: a difference in pt, an accuracy in %.

        >>> Target(-0.01).label, Target(0.905).label, Target(0.0).label
        ('−1 pt', '90.5 %', "the baseline's accuracy")
        """
        if not self.value:
            return "the baseline's accuracy"
        return f"{100 * self.value:g} {'pt' if self.value < 0 else '%'}".replace("-", "−")

    @property
    def column(self) -> str:
        """The name in column titles of CSV files, which stays as it is.

        >>> Target(-0.01).column, Target(0.905).column, Target(0.0).column
        ('−1 %', '90.5 %', "the baseline's")
        """
        if not self.value:
            return "the baseline's"
        return f"{100 * self.value:g} %".replace("-", "−")


def parse_targets(text: str) -> list[Target]:
    """Return the accuracies in a text: "−1, 0" are relative to the baseline's in pt, "90" is in %.

    If semicolons separate them, a comma is a decimal comma.

    Raises:
        TargetError: the text has none, or an impossible one; the message says what is valid.

    >>> [target.value for target in parse_targets("−1, 90.5 %")]
    [-0.01, 0.905]
    """
    plain = text.replace("−", "-").replace("–", "-").replace("%", "").replace("pt", "")
    if ";" in plain:
        plain = plain.replace(",", ".").replace(";", ",")
    try:
        values = [float(word) for word in plain.split(",") if word.strip()]
    except ValueError:
        values = []
    if not values or not all(-100 < value <= 100 for value in values):
        raise TargetError(
            f"{text!r} is not a list of accuracies. Enter numbers separated by commas: −1 is 1 pt below the "
            "baseline's accuracy, 0 is the baseline's accuracy, 90 is 90 %."
        )
    return [Target(round(value / 100, 12)) for value in dict.fromkeys(values)]
