"""Errors that a user can correct: each message says what failed and what to do next."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

WITHOUT_TENSORFLOW = (3, 14)  # the first such Python; requirements.txt says the same
_IS_CLONE = not (Path(__file__).parent / "_bundled").is_dir()  # as in files/paths.py, which is above


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


class ServerError(TrecxError):
    """The server of the dashboard cannot be started."""


class ExportError(TrecxError):
    """An export format is unknown, or a document is not an operating point."""


def install_extra(name: str, clone: bool = _IS_CLONE) -> str:
    """Return the command that installs an extra.

    >>> install_extra("deploy", clone=True), install_extra("deploy", clone=False)
    ("pip install -e '.[deploy]'", "pip install 'trecx[deploy]'")
    """
    return f"pip install -e '.[{name}]'" if clone else f"pip install 'trecx[{name}]'"


def missing_tensorflow(python: tuple[int, int] = sys.version_info[:2], clone: bool = _IS_CLONE) -> str:
    """Say that TensorFlow is missing, and how this Python gets it or which Python does.

    Args:
        python: its version.
        clone: whether this is a clone, which has a Makefile, and not an installed wheel.

    >>> missing_tensorflow((3, 13), clone=True).split(". ")[1]
    "To install it, run 'make backend'."
    >>> missing_tensorflow((3, 13), clone=False).split(". ")[1]
    "To install it, run: pip install 'trecx[nn]'."
    """
    need = "scoring, training and counting FLOPs need it, everything else works without it."
    if python < WITHOUT_TENSORFLOW:
        command = "run 'make backend'" if clone else f"run: {install_extra('nn', clone)}"
        return f"TensorFlow is not installed here; {need} To install it, {command}."
    last = f"{WITHOUT_TENSORFLOW[0]}.{WITHOUT_TENSORFLOW[1] - 1}"
    command = (
        f"run 'make clean', then 'make backend PYTHON=python{last}'" if clone else "install the wheel there"
    )
    return (
        f"There is no TensorFlow for Python {python[0]}.{python[1]}; {need} To have it, use Python 3.11 to "
        f"{last}: {command}."
    )


def unknown_name(kind: str, name: str, known: Iterable[str]) -> NoReturn:
    """Raise the error for an unknown name.

    Raises:
        UnknownNameError: always; the message lists the `known` names.
    """
    raise UnknownNameError(f"unknown {kind} {name!r}; known: {', '.join(known)}")
