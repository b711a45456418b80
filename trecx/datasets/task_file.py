"""A custom task, defined by a small TOML file."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from trecx.datasets.mfcc import SAMPLE_RATE, mfccs
from trecx.datasets.tasks import TASKS, checked_name
from trecx.errors import DatasetError

KINDS = ("images", "wavs", "npz")
NOUNS = {"images": "image", "wavs": "clip", "npz": "sample"}


@dataclass(frozen=True)
class CustomTask:
    """The task of the user's own network, and the preprocessing of its samples.

    Attributes:
        name: of lowercase letters, digits and hyphens.
        title: of the dataset.
        noun: what one sample is called.
        kind: one of `KINDS`.
        classes: names of the classes, and of their folders, in the network's order; empty: sorted.
        preprocess: settings of the preprocessing, by name (`SETTINGS`), with defaults.
    """

    name: str
    title: str
    noun: str
    kind: str
    classes: tuple[str, ...]
    preprocess: Mapping[str, Any] = field(default_factory=dict)

    def prepare(self, raw: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Return raw samples as input of the network: MFCCs, or values × scale + offset, as float32.

        The shape is (n_samples, …) before and after.
        """
        if self.preprocess.get("features") == "mfcc":
            return mfccs(raw)
        scale, offset = (np.float32(self.preprocess[name]) for name in ("scale", "offset"))
        return raw.astype(np.float32) * scale + offset


def read_task_file(path: Path) -> CustomTask:
    """Read a task file.

    Raises:
        DatasetError: it is missing, is not TOML, or has an invalid value; the message names the key.
        UnknownNameError: the name of the task is not valid.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DatasetError(f"{path} cannot be read as a task file ({reason})") from error
    try:
        return _task(said)
    except ValueError as error:
        raise DatasetError(f"{path}: {error}") from error


def _task(said: dict[str, Any]) -> CustomTask:
    strange = set(said) - {"name", "title", "noun", "samples", "classes", "preprocess"}
    if strange:
        raise ValueError(f"unknown key {min(strange)!r}; {_LIKE}")
    kind, name = said.get("samples"), said.get("name")
    if not isinstance(name, str) or kind not in KINDS:
        raise ValueError(f"a task file needs a name, and samples = one of {', '.join(KINDS)}; {_LIKE}")
    if name in TASKS:
        raise ValueError(f"{name} is a task of the paper; choose another name for your own")
    classes = said.get("classes", [])
    if not isinstance(classes, list) or not all(isinstance(one, str) and _is_folder(one) for one in classes):
        raise ValueError("classes must be a list of folder names")
    if len(set(classes)) < len(classes) or len(classes) == 1:
        raise ValueError("classes must be two or more different names")
    texts = {key: said.get(key, default) for key, default in (("title", name), ("noun", NOUNS[kind]))}
    if not all(isinstance(text, str) and text.strip() for text in texts.values()):
        raise ValueError("title and noun must be texts")
    if not texts["noun"].replace(" ", "").isalpha() or len(texts["noun"]) > 30:
        raise ValueError("noun must be a word or two, such as clip")
    return CustomTask(
        checked_name("task", name),
        texts["title"],
        texts["noun"],
        kind,
        tuple(classes),
        _preprocess(kind, said.get("preprocess", {})),
    )


def _is_folder(name: str) -> bool:
    return bool(name) and name not in (".", "..") and not set(name) & set("/\\\0")


def _preprocess(kind: str, said: object) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise ValueError("preprocess must be a table: [preprocess]")
    settings = SETTINGS[kind]
    strange = set(said) - set(settings)
    if strange:
        raise ValueError(f"{min(strange)!r} is not a setting for {kind}; known: {', '.join(settings)}")
    found = {}
    for key, (default, fits, wanted) in settings.items():
        found[key] = said.get(key, default)
        if not fits(found[key]):
            raise ValueError(f"preprocess.{key} must be {wanted}, got {found[key]!r}")
    if found.get("features") == "mfcc" and (found["sample_rate"], found["seconds"]) != (SAMPLE_RATE, 1):
        raise ValueError(
            f"features = mfcc needs sample_rate = {SAMPLE_RATE} and seconds = 1, as in keyword spotting"
        )
    return found


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _size(value: object) -> bool:
    sides = value if isinstance(value, list) else []
    return len(sides) == 2 and all(type(side) is int and 0 < side <= 4096 for side in sides)


_LARGEST = float(np.finfo(np.float32).max)
_FASTEST = 192_000  # Hz, of any sound card
Setting = tuple[Any, Callable[[Any], bool], str]
_SCALING: dict[str, Setting] = {
    "scale": (1.0, _number, "a number"),
    "offset": (0.0, _number, "a number, added after scaling"),
}
SETTINGS: dict[str, dict[str, Setting]] = {
    "images": {
        "size": (None, _size, "[height, width] in pixels, such as [96, 96]"),
        "colour": ("rgb", lambda value: value in ("rgb", "grey"), "rgb or grey"),
        "resize": (False, lambda value: isinstance(value, bool), "true or false"),
    }
    | _SCALING,
    "wavs": {
        "sample_rate": (
            SAMPLE_RATE,
            lambda value: type(value) is int and 0 < value <= _FASTEST,
            "a whole number of Hz",
        ),
        "seconds": (1.0, lambda value: _number(value) and 0 < value <= 60, "a number above 0 and at most 60"),
        "features": ("waveform", lambda value: value in ("waveform", "mfcc"), "waveform or mfcc"),
    }
    | _SCALING,
    "npz": _SCALING,
}
"""For each kind of samples: its settings, each with default, check, and valid values."""
_LIKE = "'python -m trecx example --out DIR' writes templates"
