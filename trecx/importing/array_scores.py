"""Scores in NumPy arrays: an .npz file, or .npy files of scores, labels and names."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from trecx.errors import ScoresError
from trecx.files.npz import read_npy, read_npz
from trecx.importing.class_column import ClassColumn, class_column
from trecx.importing.class_matching import ClassNames
from trecx.importing.distinct_cells import distinct_cells
from trecx.importing.file_content import MAX_UNPACKED_BYTES
from trecx.importing.metadata import COSTS, checked_about
from trecx.importing.raw_scores import RawScores, ReadOptions
from trecx.scores.names import PackedNames
from trecx.scores.sample_blocks import blocks

Array = np.ndarray[Any, Any]
TRACE = ("predictions", "confidence")
ARRAYS = (
    *("labels", "probabilities", *TRACE, "exit_flops"),
    *("class_names", "sample_names", "energy_uj", "latency_ms", "labels_from"),
)


def read_arrays(content: bytes, options: ReadOptions) -> RawScores:
    """Return the scores in an .npz file; arrays with other names are ignored.

    Raises:
        ScoresError: it is not an .npz file of plain arrays, is damaged or too large, or arrays do not fit.
    """
    try:
        arrays = dict(read_npz(io.BytesIO(content), ARRAYS, MAX_UNPACKED_BYTES))
    except ValueError as error:
        raise ScoresError(f"not an .npz file that can be imported: {error}") from error
    if "labels" not in arrays or not ("probabilities" in arrays or set(TRACE) <= set(arrays)):
        raise ScoresError(
            f"the file needs the arrays labels and probabilities (or {' and '.join(TRACE)}), but has "
            f"{list(arrays)}"
        )
    shapes = ", ".join(f"{key} {value.shape}" for key, value in arrays.items())
    return _raw(arrays, options, f"arrays {shapes}")


def read_npy_files(files: Mapping[str, bytes], options: ReadOptions) -> RawScores:
    """Return the scores in .npy files, which are told apart by their content.

    Labels have one dimension and whole numbers (or few texts); names have one dimension and a text for
    every sample; all others are scores: (n, exits, classes), or (n, classes) for each exit, in order.

    Raises:
        ScoresError: a file is not a plain array, or labels or scores are missing; the message names the file.
    """
    arrays: dict[str, Array] = {}
    for name, content in files.items():
        try:
            arrays[name] = read_npy(io.BytesIO(content), name, len(content), MAX_UNPACKED_BYTES)
        except ValueError as error:
            raise ScoresError(f"not an .npy file that can be imported: {error}") from error
    roles = {name: _role(array) for name, array in arrays.items()}
    labels = [name for name, role in roles.items() if role == "labels"]
    names = [name for name, role in roles.items() if role == "names"]
    if len(names) == 2 and not labels:  # labels that are names occur more than once, if any does
        labels = [min(names, key=lambda name: len(np.unique(arrays[name])))]
        names.remove(labels[0])
    elif len(names) == 1 and not labels:
        labels, names = names, []
    scores = [name for name, role in roles.items() if role == "scores"]
    if len(labels) != 1 or len(names) > 1 or not scores:
        found = ", ".join(f"{name} {array.dtype} {array.shape}" for name, array in arrays.items())
        raise ScoresError(
            f"the files are {found}; give one array of labels (n,), one or more of scores, (n, exits, "
            "classes) or (n, classes) for each exit, and, optionally, one of sample names (n,)"
        )
    whole = {"labels": arrays[labels[0]], "probabilities": _stacked(arrays, scores)}
    whole |= {"sample_names": arrays[names[0]]} if names else {}
    said = [f"labels from {labels[0]}", f"scores from {', '.join(scores)}"] + [
        f"names from {n}" for n in names
    ]
    return replace(_raw(whole, options, "; ".join(said)), source=scores[0])


def _role(array: Array) -> str:
    if (array.ndim == 2 and 1 in array.shape and array.dtype.kind in "iu") or array.ndim == 1:
        return "names" if array.dtype.kind == "U" else "labels"
    return "scores"


def _stacked(arrays: Mapping[str, Array], names: Sequence[str]) -> Array:
    if len(names) == 1:
        return arrays[names[0]]
    shapes = {arrays[name].shape for name in names}
    if len(shapes) > 1 or len(next(iter(shapes))) != 2:
        found = ", ".join(f"{name} {arrays[name].shape}" for name in names)
        raise ScoresError(
            f"several files of scores need one shape (n, classes), one file per exit; got {found}"
        )
    return np.stack([arrays[name] for name in names], axis=1)


def _raw(arrays: dict[str, Array], options: ReadOptions, remark: str) -> RawScores:
    about: dict[str, Any] = {key: arrays[key].tolist() for key in COSTS if key in arrays}
    for key in ("class_names", "sample_names"):
        if np.ndim(arrays.get(key, [0])) != 1:
            raise ScoresError(f"{key} must be a list of names, got shape {arrays[key].shape}")
    about |= {"class_names": arrays["class_names"].tolist()} if "class_names" in arrays else {}
    said = checked_about(about)
    trace = "probabilities" not in arrays
    values, more = _values(
        arrays["confidence" if trace else "probabilities"], trace, options, len(said.get("exit_flops", ()))
    )
    predictions = arrays["predictions"] if trace else np.empty((0, 0))
    if trace and predictions.ndim == 1:
        predictions = predictions[:, None]
    if trace and predictions.shape != values.shape:
        raise ScoresError(
            f"confidence must have the shape of predictions {predictions.shape}, got {values.shape}"
        )
    labels = _labels(arrays["labels"])
    if len(labels.codes) != len(values):
        raise ScoresError(
            f"there are {len(labels.codes)} labels, but scores of {len(values)} samples; give one label "
            "per sample"
        )
    return RawScores(
        labels,
        values,
        lambda sample, exit_: (
            f"{'confidence' if trace else 'probabilities'} of sample {sample} at exit {exit_ + 1}"
        ),
        ClassNames(options.class_names or said.get("class_names", ())),
        [_classes(f"predictions of exit {k + 1}", predictions[:, k]) for k in range(predictions.shape[1])],
        _sample_names(arrays.pop("sample_names", np.empty(0, np.str_))),
        said | _labels_from(arrays),
        (remark, *more),
    )


def _values(values: Array, trace: bool, options: ReadOptions, n_flops: int) -> tuple[Array, tuple[str, ...]]:
    """Return scores of shape (n, exits, classes), or confidence (n, exits), and a remark on the shape."""
    name = "confidence" if trace else "probabilities"
    if values.dtype.kind not in "biuf":
        raise ScoresError(f"{name} must be an array of numbers, got dtype {values.dtype}")
    remarks: tuple[str, ...] = ()
    if trace and values.ndim == 1:
        values = values[:, None]
    elif not trace and values.ndim == 2:
        if options.sigmoid:
            values = values[:, :, None]
        elif n_flops > 1:
            raise ScoresError(
                f"probabilities of shape {values.shape} are (samples, classes) of one exit, but there are "
                f"{n_flops} exit FLOPs; give (samples, exits, classes). If each exit has one sigmoid, add "
                "--sigmoid"
            )
        else:
            values, remarks = values[:, None, :], ("one exit: probabilities of shape (samples, classes)",)
    if values.ndim != (2 if trace else 3) or not values.size:
        wanted = "(samples, exits)" if trace else "(samples, exits, classes)"
        raise ScoresError(
            f"{name} must have the shape {wanted}, with at least one of each, got {values.shape}"
        )
    return values, remarks


def _labels(labels: Array) -> ClassColumn:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        advice = "; if they are one-hot, write labels.argmax(axis=1)" if labels.ndim == 2 else ""
        raise ScoresError(f"labels must have the shape (samples,), got {labels.shape}{advice}")
    return _classes("labels", labels)


def _classes(name: str, cells: Array) -> ClassColumn:
    if cells.dtype.kind not in "biufU":
        raise ScoresError(f"{name} must be whole numbers or names, got dtype {cells.dtype}")
    if cells.dtype.kind == "f" and not np.isfinite(cells).all():
        raise ScoresError(f"{name} of sample {int(np.argmin(np.isfinite(cells)))} is not a finite number")
    return class_column(name, distinct_cells(cells), lambda sample: f"{name}, sample {sample}")


def _sample_names(names: Array) -> Sequence[str]:
    if names.dtype.kind != "U":
        return [str(name) for name in names.tolist()]
    return PackedNames.joined(PackedNames.of(names[part].tolist()) for part in blocks(len(names)))


def _labels_from(arrays: Mapping[str, Array]) -> dict[str, Any]:
    if "labels_from" not in arrays:
        return {}
    found = arrays["labels_from"].ravel().tolist()
    if found not in ([0], [1]):
        raise ScoresError(f"labels_from must be 0 or 1, got {found[:3]}")
    return {"labels_from": found[0]}
