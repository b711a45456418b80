"""Scoring of a model on its task's samples, stored as one run."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from trecx.datasets.samples import SampleSet
from trecx.datasets.sources import load_sources, published_model
from trecx.errors import ModelError
from trecx.files import paths
from trecx.nn.models import ExitModel, load_model, require_exits
from trecx.nn.networks.systems import SYSTEMS
from trecx.nn.scoring import score_model, versions
from trecx.progress import Progress, silent
from trecx.store import Provenance, Run, Store

_READ_AT_ONCE = 128


def score_into(
    store: Store,
    path: Path,
    system: str,
    samples: SampleSet,
    again: bool = False,
    progress: Progress = silent,
    training: Mapping[str, Any] | None = None,
) -> tuple[Run, bool]:
    """Score a model and store the scores; return the run, and whether it is new.

    The same model is not scored twice on the same samples, unless `again`.

    Args:
        store: the store for the run.
        path: the model's file or folder.
        system: name of the model's design; a design with an extra class has one output more.
        samples: the samples to score.
        again: add a new run even if the same one exists.
        progress: called with the progress of the scoring.
        training: the training configuration, if the model was trained here.

    Raises:
        ModelError: the model is not valid, does not match its design or task, or is another model of the
            paper.
        StoreError: the run cannot be stored.
    """
    progress("loading the model", 0, None)
    model = load_model(path)
    progress("loading the model", 1, 1)
    samples, provenance = described(path, model, system, samples, training, progress)
    return score_described(store, model, samples, provenance, again, progress)


def score_described(
    store: Store,
    model: ExitModel,
    samples: SampleSet,
    provenance: Provenance,
    again: bool = False,
    progress: Progress = silent,
) -> tuple[Run, bool]:
    """Score a model that was read and `described`; return the run, and whether it is new.

    Args:
        store: the store for the run.
        model: the model.
        samples: the samples to score, with the classes of the design.
        provenance: that of the scores.
        again: add a new run even if the same one exists.
        progress: called with the progress of the scoring.

    Raises:
        ModelError: the model does not match its task.
        StoreError: the run cannot be stored.
    """
    known = store.find_scored(provenance, samples.class_names, samples.names, samples.labels)
    if known and not again:
        return known, False
    scores = score_model(model, samples, progress)
    return store.save_run(provenance, scores, again=True, progress=progress), True


def described(
    path: Path,
    model: ExitModel,
    system: str,
    samples: SampleSet,
    training: Mapping[str, Any] | None = None,
    progress: Progress = silent,
) -> tuple[SampleSet, Provenance]:
    """Return the samples with the classes of the design, and the provenance of a model's scores of them.

    Args:
        path: the model's file or folder.
        model: the same, read.
        system: name of the model's design.
        samples: the samples to score.
        training: the training configuration, if the model was trained here.
        progress: called while samples are read.

    Raises:
        ModelError: the model does not match its design or task, or is another model of the paper.
    """
    require_exits(model, system)
    published = published_model(path)
    if published and (published.task, published.system) != (samples.task, system) and not samples.own:
        raise ModelError(
            f"{path} is the paper's {published.task}/{published.system}; score it with "
            f"--task {published.task} --system {published.system}"
        )
    if published and load_sources().is_lossy(samples.task, samples.dataset):
        raise ModelError(
            f"{path} is the paper's {published.task}/{published.system}, trained on the original pixels; on "
            f"{samples.dataset} its accuracy is about 11 pt too low. Score it on the original test "
            f"set: run `python -m trecx data fetch {samples.task}`, then score without --data"
        )
    samples = _with_extra_class(samples, system)
    return samples, Provenance(
        task=samples.task,
        system=system,
        source="published" if published and not samples.own else "trained here" if training else "imported",
        dataset=samples.dataset,
        split=samples.split,
        model=model.name,
        model_sha256=model.sha256,
        parameters=model.parameters,
        versions=versions(),
        training=dict(training or {}) | _said(samples, progress) | _precision(model),
    )


def _said(samples: SampleSet, progress: Progress) -> dict[str, Any]:
    """Return the task file's metadata, and the hash of samples that were not downloaded and verified."""
    own, folder = samples.own, samples.folder
    said: dict[str, Any] = {"preprocess": dict(own.preprocess), "noun": own.noun} if own else {}
    if own or (folder and not folder.resolve().is_relative_to(paths.DOWNLOADS)):
        said["samples_sha256"] = _content_sha256(samples, progress)
    return said


def _precision(model: ExitModel) -> dict[str, Any]:
    return {} if model.precision == "float32" else {"precision": model.precision}


def _content_sha256(samples: SampleSet, progress: Progress) -> str:
    content, done, n = hashlib.sha256(), 0, len(samples.names)
    for raw in samples.batches(_READ_AT_ONCE):
        content.update(np.ascontiguousarray(raw).tobytes())
        done += len(raw)
        progress("reading the samples", done, n)
    return content.hexdigest()


def _with_extra_class(samples: SampleSet, system: str) -> SampleSet:
    """Add the extra class, which no sample has, for a design with one (Section 6.1)."""
    extra = SYSTEMS[system].extra_classes if system in SYSTEMS else 0
    return replace(samples, class_names=(*samples.class_names, *("(extra)",) * extra))
