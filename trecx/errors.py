"""Errors that a user can mend: each message says what is wrong and what to do next."""

import sys
from collections.abc import Iterable
from typing import NoReturn

WITHOUT_TENSORFLOW = (3, 14)  # the first such Python; requirements.txt says the same


class TrecxError(Exception):
    """Any error whose text is written for the person at the keyboard."""


class UnknownNameError(TrecxError):
    """A run, task or system that is not known; the message lists the known ones."""


class FetchError(TrecxError):
    """A download that did not end with the file that was promised."""


class DatasetError(TrecxError):
    """Samples that are missing or damaged."""


class ModelError(TrecxError):
    """A file that is no model, or a model that is no early-exit classifier."""


class TrainingError(TrecxError):
    """A training that ended before it was done, or that cannot go on from what it left."""


class JobError(TrecxError):
    """A queue of jobs that cannot be kept."""


class ScoresError(TrecxError, ValueError):
    """Scores that cannot be what a classifier with exits gave."""


class ThresholdError(TrecxError, ValueError):
    """A threshold ρ outside [0, 1] that is not `inf` either."""


class ClassMixError(TrecxError, ValueError):
    """A class mix that says nothing about how often each class occurs."""


class EnergyError(TrecxError, ValueError):
    """A battery, a rate or costs by exit that no device has."""


class BudgetError(TrecxError, ValueError):
    """A wish that no operating point can be held against."""


class TargetError(TrecxError, ValueError):
    """Accuracies to compare at that are none."""


class QuantisationError(TrecxError, ValueError):
    """What an int8 softmax cannot have: a scale, a zero point, or an entropy in its steps."""


class StoreError(TrecxError):
    """A database that cannot be opened, read or written."""


class OutputError(TrecxError):
    """A folder that cannot be written to."""


class ExportError(TrecxError):
    """A form that an operating point is not written in, or a document that is none."""


def missing_tensorflow(python: tuple[int, int] = sys.version_info[:2]) -> str:
    """Say that TensorFlow is missing, and how this Python gets it or which Python does.

    >>> missing_tensorflow((3, 13)).split(". ")[1]
    "To install it, run 'make backend'."
    """
    need = "scoring, training and counting FLOPs need it, everything else works without it."
    if python < WITHOUT_TENSORFLOW:
        return f"TensorFlow is not installed here; {need} To install it, run 'make backend'."
    last = f"{WITHOUT_TENSORFLOW[0]}.{WITHOUT_TENSORFLOW[1] - 1}"
    return (
        f"There is no TensorFlow for Python {python[0]}.{python[1]}; {need} To have it, use Python 3.11 to "
        f"{last}: run 'make clean', then 'make backend PYTHON=python{last}'."
    )


def unknown_name(kind: str, name: str, known: Iterable[str]) -> NoReturn:
    """Refuse a name that is none of the known ones.

    Raises:
        UnknownNameError: always; the message lists the `known` names.
    """
    raise UnknownNameError(f"unknown {kind} {name!r}; known: {', '.join(known)}")
