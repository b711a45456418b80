"""Errors that a user can mend: each message says what is wrong and what to do next."""

from collections.abc import Iterable
from typing import NoReturn


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


def unknown_name(kind: str, name: str, known: Iterable[str]) -> NoReturn:
    """Refuse a name that is none of the known ones.

    Raises:
        UnknownNameError: always; the message lists the `known` names.
    """
    raise UnknownNameError(f"unknown {kind} {name!r}; known: {', '.join(known)}")
