"""Errors that a user can correct: each message says what failed and what to do next."""

from collections.abc import Iterable
from typing import NoReturn


class TrecxError(Exception):
    """Base class of the errors whose message is written for the user."""


class UnknownNameError(TrecxError):
    """A name of a run, task, design or the like is unknown; the message lists the known ones."""


class FetchError(TrecxError):
    """A download failed, or did not give the expected file."""


class DatasetError(TrecxError):
    """Samples are missing or damaged."""


class ModelError(TrecxError):
    """A file is not a model, or the model is not an early-exit classifier."""


class TrainingError(TrecxError):
    """A training stopped early, or cannot be resumed."""


class JobError(TrecxError):
    """The queue of jobs cannot be written."""


class ScoresError(TrecxError, ValueError):
    """Scores are not valid output of a classifier with exits."""


class ThresholdError(TrecxError, ValueError):
    """A threshold ρ is neither in [0, 1] nor `inf`."""


class ClassMixError(TrecxError, ValueError):
    """A class mix does not define how often each class occurs."""


class EnergyError(TrecxError, ValueError):
    """A battery, an inference rate or costs per exit are not valid."""


class BudgetError(TrecxError, ValueError):
    """A limit is not valid for any operating point."""


class TargetError(TrecxError, ValueError):
    """Target accuracies are not valid."""


class QuantisationError(TrecxError, ValueError):
    """A scale, a zero point or an exit criterion is not valid for an int8 softmax."""


class StoreError(TrecxError):
    """The database cannot be opened, read or written."""


class OutputError(TrecxError):
    """A file or folder cannot be written."""


class ExportError(TrecxError):
    """An export format is unknown, or a document is not an operating point."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> NoReturn:
    """Raise the error for an unknown name.

    Raises:
        UnknownNameError: always; the message lists the `known` names.
    """
    raise UnknownNameError(f"unknown {kind} {name!r}; known: {', '.join(known)}")
