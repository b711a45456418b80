"""Sources of downloads with their addresses and checksums: `data/sources.toml` as objects."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from trecx.datasets.remote_files import DatasetSource, ModelSource, RemoteFile, file_sha256, partial_folder
from trecx.errors import FetchError, unknown_name
from trecx.files import paths


@dataclass(frozen=True)
class Sources:
    """All sources.

    Attributes:
        datasets: in the order of preference.
        models: the paper's models.
    """

    datasets: tuple[DatasetSource, ...]
    models: tuple[ModelSource, ...]

    def find_dataset(self, task: str, key: str) -> DatasetSource:
        """Return the dataset of `task` called `key`.

        Raises:
            UnknownNameError: there is none; the message lists the known ones.
        """
        known = {source.key: source for source in self._of(task)}
        return known[key] if key in known else unknown_name(f"dataset of {task}", key, known)

    def to_test_on(self, task: str, folder: Path) -> DatasetSource | None:
        """Return the dataset to test `task` on, by preference one that is in the download folder `folder`.

        None if the task has none.
        """
        return _nearest([source for source in self._of(task) if not source.only_by_key], folder)

    def to_train_on(self, task: str, folder: Path) -> DatasetSource | None:
        """Return the first dataset of `task` in the download folder `folder` with a training split.

        Without one, a dataset to train on that could be downloaded; None if there is none.
        """
        return _nearest([source for source in self._of(task) if "train" in source.n_samples], folder)

    def titled(self, task: str, title: str, folder: Path) -> DatasetSource | None:
        """Return the dataset of `task` with this title, as `to_test_on` chooses; None if there is none."""
        named = [one for one in self._of(task) if title in (one.title, one.test_title)]
        return _nearest(named, folder)

    def downloaded_to(self, task: str, folder: Path) -> DatasetSource | None:
        """Return the dataset of `task` whose download folder this is; None for any other folder."""
        places = {(paths.DOWNLOADS / source.folder).resolve(): source for source in self._of(task)}
        return places.get(folder.resolve())

    def is_lossy(self, task: str, dataset: str) -> bool:
        """Return whether a dataset, by its title, is a lossy copy of a task's samples, in any folder."""
        return any(source.lossy and dataset.startswith(source.title) for source in self._of(task))

    def fetch_command(self, source: DatasetSource) -> str:
        """Return the command that downloads a dataset, with its key unless it is the default."""
        command = f"python -m trecx data fetch {source.task}"
        usual = source == self.to_test_on(source.task, paths.DOWNLOADS)
        return command if usual else f"{command} --key {source.key}"

    def _of(self, task: str) -> list[DatasetSource]:
        return [source for source in self.datasets if source.task == task]


def _nearest(sources: Sequence[DatasetSource], folder: Path) -> DatasetSource | None:
    """The first that is downloaded; else that a mirror has; else that has an address; else the first."""
    return next(
        (
            source
            for near in (
                lambda source: (folder / source.folder).is_dir(),
                lambda source: source.archive.in_mirror(),
                lambda source: not source.mirror_only,
                lambda source: True,
            )
            for source in sources
            if near(source)
        ),
        None,
    )


def load_sources(path: Path | None = None) -> Sources:
    """Return the sources in `data/sources.toml` (or in the file at `path`).

    Raises:
        FetchError: it is missing, damaged, or names a path outside the download folder.
    """
    path = path or paths.SOURCES
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        raise FetchError(
            f"{path} is not a valid list of sources ({reason}); restore it from the repository"
        ) from error


@lru_cache(maxsize=1)
def _read(path: Path, changed_ns: int) -> Sources:
    """Read the file once, and again if it has changed: pages need it often."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    datasets = tuple(_dataset(entry, path.parent) for entry in document["dataset"])
    models = tuple(_model(entry, document["published"]) for entry in document["model"])
    return Sources(datasets, models)


def published_model(path: Path) -> ModelSource | None:
    """Return which of the paper's models a .h5 file or a SavedModel folder is; None if it is none.

    Its files, by path within the model and sha256, must be exactly those of the published model.
    """
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    found = {(file.relative_to(path).as_posix(), file_sha256(file)) for file in files}
    return next((model for model in load_sources().models if found == _contents(model)), None)


def _contents(model: ModelSource) -> set[tuple[str, str]]:
    return {
        (file.path.relative_to(model.path).as_posix(), sha256)
        for file in model.files
        for sha256 in file.accepted
    }


def _dataset(entry: dict[str, Any], manifests: Path) -> DatasetSource:
    here = _below(entry["task"])
    accepted = {content["sha256"]: content["bytes"] for content in entry["accepted"]}
    return DatasetSource(
        key=entry.get("key", entry["archive"]),
        task=entry["task"],
        title=entry["title"],
        test_title=entry.get("test_title", entry["title"]),
        licence=entry["licence"],
        archive=RemoteFile(_below(here, entry["archive"]), entry.get("url"), accepted),
        files=_loose_files(entry, manifests) if "manifest" in entry else (),
        root=_below(entry["root"]),
        folder=_below(here, entry["folder"]),
        n_samples=entry["n_samples"]
        if isinstance(entry["n_samples"], dict)
        else {"test": entry["n_samples"]},
        md5={str(_below(name)): md5 for name, md5 in entry.get("md5", {}).items()},
        only_by_key=bool(entry.get("only_by_key", False)),
        lossy=bool(entry.get("lossy", False)),
    )


def _loose_files(entry: dict[str, Any], manifests: Path) -> tuple[RemoteFile, ...]:
    """The files of a manifest in the format of `sha256sum`, with a line for each valid content."""
    here = partial_folder(_below(entry["task"], entry["folder"]))
    files: dict[str, RemoteFile] = {}
    for line in (manifests / entry["manifest"]).read_text(encoding="utf-8").splitlines():
        sha256, name = line.split(maxsplit=1)
        file = files.setdefault(name, RemoteFile(_below(here, name), f"{entry['files_url']}/{name}", {}))
        file.accepted[sha256] = entry["file_bytes"]
    return tuple(files.values())


def _below(*parts: str | PurePosixPath) -> PurePosixPath:
    """Return these parts as one path, if none of them leads out of its folder."""
    if any(PurePosixPath(part).is_absolute() or ".." in PurePosixPath(part).parts for part in parts):
        raise ValueError(f"a path leads out of its folder: {'/'.join(map(str, parts))}")
    return PurePosixPath(*parts)


def _model(entry: dict[str, Any], published: dict[str, Any]) -> ModelSource:
    suffix = PurePosixPath(entry["path"]).suffix  # .h5, or nothing for a folder
    path = _below("models", entry["task"], entry["system"] + suffix)
    files = (
        RemoteFile(
            _below(path, file["name"]),
            "/".join(filter(None, (published["url"], entry["path"], file["name"]))),
            {file["sha256"]: file["bytes"]},
        )
        for file in entry["files"]
    )
    return ModelSource(entry["task"], entry["system"], path, tuple(files), published["licence"])
