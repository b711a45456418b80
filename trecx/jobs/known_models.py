"""The known models, each with a key: those of the paper, and those trained here."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from trecx.datasets.download import choose_dataset
from trecx.datasets.remote_files import DatasetSource, ModelSource
from trecx.datasets.single_sample import find_single_samples
from trecx.datasets.sources import load_sources
from trecx.datasets.tasks import SYSTEMS, TASKS
from trecx.errors import ModelError, unknown_name
from trecx.files import paths
from trecx.store import Run

PUBLISHED, TRAINED = "published", "trained here"


@dataclass(frozen=True, eq=False)
class KnownModel:
    """A model that the page Score can score.

    Attributes:
        task: its name.
        system: name of its design.
        source: `PUBLISHED` or `TRAINED`.
        path: the model's file or folder.
        dataset: title of the samples that it is scored on.
        samples: source of these samples; None if they are part of a Python package.
        remote: source of the model file; None if it was trained here.
        training: the training settings; empty for a published model.
    """

    task: str
    system: str
    source: str
    path: Path
    dataset: str
    samples: DatasetSource | None
    remote: ModelSource | None
    training: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The unique key of the model."""
        seed = f"/seed-{self.training['seed']}" if self.training else ""
        return f"{self.source}/{self.task}/{self.system}{seed}"

    @property
    def samples_here(self) -> bool:
        """Whether its samples are downloaded."""
        return self.samples is None or (paths.DOWNLOADS / self.samples.folder).is_dir()

    @property
    def bytes_to_fetch(self) -> int:
        """Bytes of the model that are not downloaded yet."""
        files = self.remote.files if self.remote else ()
        return sum(file.limit for file in files if not (paths.DOWNLOADS / file.path).is_file())

    def scored_as(self, runs: Iterable[Run]) -> Run | None:
        """Return the newest run of the model; None if it has not been scored yet."""
        own = (self.task, self.system, self.source, self.dataset, self.training)
        found = (run for run in runs if (run.task, run.system, run.source, run.dataset, run.training) == own)
        return max(found, key=lambda run: run.created_at, default=None)


def known_models() -> list[KnownModel]:
    """Return all models, by task, published ones first, then by design and seed.

    A model that was trained on samples without a download is left out.
    """
    systems, sources = list(SYSTEMS), (PUBLISHED, TRAINED)
    return sorted(
        (*_published(), *_trained(paths.MODELS)),
        key=lambda model: (
            list(TASKS).index(model.task),
            sources.index(model.source),
            systems.index(model.system),
            model.training.get("seed", 0),
        ),
    )


def find_known(key: str) -> KnownModel:
    """Return the model with this key.

    Raises:
        UnknownNameError: there is none; a path is never a key.
    """
    models = {model.key: model for model in known_models()}
    if key in models:
        return models[key]
    unknown_name("model", key[:80], [*list(models)[:3], "…; the page Score lists all models"])


def model_of(run: Run) -> KnownModel:
    """Return the known model whose scores a run has, or those of its int8 network.

    Raises:
        ModelError: the model is not known here; the message says what to give.
    """
    for model in known_models():
        own = (model.task, model.system, model.source, model.dataset)
        trained = model.training.items() <= run.training.items()
        if own == (run.task, run.system, run.source, run.dataset) and trained:
            return model
    task = f"--task {run.task}" if run.task in TASKS else "--task-file TASK.toml --data FOLDER"
    raise ModelError(
        f"the model file of {run.run_id} is not known here, only its scores are; give the file: "
        f"python -m trecx deploy MODEL {task} --system {run.system} …"
    )


def _published() -> Iterator[KnownModel]:
    chosen = cache(lambda task: choose_dataset(task, paths.DOWNLOADS))
    for model in load_sources().models:
        samples = chosen(model.task)
        path = paths.DOWNLOADS / model.path
        yield KnownModel(model.task, model.system, PUBLISHED, path, samples.test_title, samples, model, {})


def _trained(root: Path) -> Iterator[KnownModel]:
    samples_of = cache(find_single_samples)
    for path in [*root.glob("*/*/model.keras"), *root.glob("*/*/seed-*/model.keras")]:
        config = training_of(path.parent)
        if config is None or config["task"] not in TASKS or config["system"] not in SYSTEMS:
            continue
        samples = samples_of(config["task"], config["dataset"])
        if path.parent == _place(root, config) and samples:
            yield KnownModel(
                *(config["task"], config["system"], TRAINED, path, samples.test_title),
                samples.source,
                None,
                config,
            )


def _place(root: Path, config: Mapping[str, Any]) -> Path:
    """Return where `train` puts the model of a config."""
    folder = root.joinpath(config["task"], config["system"])
    return folder / f"seed-{config['seed']}" if config["seed"] else folder


def training_of(folder: Path) -> dict[str, Any] | None:
    """Return the training settings in a folder; None if the config, which is written last, is incomplete."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))["config"]
        named = all(isinstance(config[name], str) for name in ("task", "system", "dataset", "dataset_sha256"))
        return dict(config) if named and isinstance(config["seed"], int) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
