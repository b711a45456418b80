"""What can be fetched, from where, and how it is known to be right: `data/sources.toml` as objects."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from trecx import paths
from trecx.errors import FetchError, unknown_name


@dataclass(frozen=True)
class RemoteFile:
    """One file to fetch.

    Attributes:
        path: where it lands, below the folder of downloads.
        url: its address; None if only a mirror has it.
        accepted: sha256 (lower-case hex) → size in bytes, or the most that it can be, of every right content.
    """

    path: PurePosixPath
    url: str | None
    accepted: dict[str, int]

    @property
    def limit(self) -> int:
        """Bytes; a longer file cannot be right."""
        return max(self.accepted.values())

    @property
    def mirror_path(self) -> PurePosixPath:
        """Where it lies below a mirror: HOST/PATH of its address, else archives/NAME."""
        if self.url is None:
            return PurePosixPath("archives", self.path.name)
        parts = urlsplit(self.url)
        return PurePosixPath(parts.hostname or "", parts.path.lstrip("/"))


@dataclass(frozen=True)
class DatasetSource:
    """Samples of a task, as one archive or as loose files.

    Attributes:
        key: its own name, by which it can be asked for.
        task: the task's name.
        title: what people call the samples.
        licence: what they may be used for.
        archive: all of them as one file.
        files: each of them as one file, where nobody publishes the archive; they are gathered in `partial`.
        root: folder inside the archive that holds the samples.
        folder: where the samples lie once all are there, below the folder of downloads.
        n_samples: how many there are, by split; no entry for a split whose number is not known beforehand.
    """

    key: str
    task: str
    title: str
    licence: str
    archive: RemoteFile
    files: tuple[RemoteFile, ...]
    root: PurePosixPath
    folder: PurePosixPath
    n_samples: dict[str, int]

    @property
    def mirror_only(self) -> bool:
        """Whether it is published nowhere, so that only a mirror can have it."""
        return self.archive.url is None and not self.files

    @property
    def partial(self) -> PurePosixPath:
        """Where loose files lie until all are there, below the folder of downloads."""
        return _partial(self.folder)


@dataclass(frozen=True)
class ModelSource:
    """A published model: one .h5 file, or the files of a SavedModel folder.

    Attributes:
        task: the task that it was trained for.
        system: its way of adding exits.
        path: the .h5 file or the folder, below the folder of downloads.
        files: what to fetch, in that order.
        licence: what it may be used for.
    """

    task: str
    system: str
    path: PurePosixPath
    files: tuple[RemoteFile, ...]
    licence: str


@dataclass(frozen=True)
class Sources:
    """Everything that can be fetched.

    Attributes:
        datasets: by task, what is fetched unless something else is asked for or in the mirror.
        others: fetched by their keys; unasked only those that are `mirror_only`, where a mirror has them.
        models: the paper's models.
    """

    datasets: dict[str, DatasetSource]
    others: tuple[DatasetSource, ...]
    models: tuple[ModelSource, ...]

    def find_dataset(self, task: str, key: str) -> DatasetSource:
        """Return the dataset of `task` called `key`.

        Raises:
            UnknownNameError: there is none; the message lists the known ones.
        """
        known = {source.key: source for source in self._of(task)}
        return known[key] if key in known else unknown_name(f"dataset of {task}", key, known)

    def fetched_dataset(self, task: str, folder: Path) -> DatasetSource | None:
        """Return what lies below `folder` to test `task` on: what only a mirror has before the published."""
        there = (source for source in self._of(task) if (folder / source.folder).is_dir())
        usual = (source for source in there if source.mirror_only or source == self.datasets[task])
        return next(usual, None)

    def _of(self, task: str) -> tuple[DatasetSource, ...]:
        return *(source for source in self.others if source.task == task), self.datasets[task]


def load_sources(path: Path | None = None) -> Sources:
    """Return what `data/sources.toml` (or the file at `path`) lists.

    Raises:
        FetchError: it is not there, damaged, or names a place outside the folder of downloads.
    """
    path = path or paths.SOURCES
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        raise FetchError(
            f"{path} is no list of sources ({reason}); get it from the repository again"
        ) from error


@lru_cache(maxsize=1)
def _read(path: Path, changed_ns: int) -> Sources:
    """Read it once, and again when it has changed: pages ask for it many times over."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    entries = [_dataset(entry, path.parent) for entry in document["dataset"]]
    datasets: dict[str, DatasetSource] = {}
    for source in entries:
        if not source.mirror_only:
            datasets.setdefault(source.task, source)
    others = tuple(source for source in entries if source not in datasets.values())
    models = (_model(entry, document["published"]) for entry in document["model"])
    return Sources(datasets, others, tuple(models))


def published_model(path: Path) -> ModelSource | None:
    """Return which of the paper's models a .h5 file or a SavedModel folder is, wherever it lies, if any.

    It is if its files, by path within the model and sha256, are exactly those of a published one.
    """
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    found = {(file.relative_to(path).as_posix(), file_sha256(file)) for file in files}
    return next((model for model in load_sources().models if found == _contents(model)), None)


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's content, in lower-case hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


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
        licence=entry["licence"],
        archive=RemoteFile(_below(here, entry["archive"]), entry.get("url"), accepted),
        files=_loose_files(entry, manifests) if "manifest" in entry else (),
        root=_below(entry["root"]),
        folder=_below(here, entry["folder"]),
        n_samples=entry["n_samples"]
        if isinstance(entry["n_samples"], dict)
        else {"test": entry["n_samples"]},
    )


def _loose_files(entry: dict[str, Any], manifests: Path) -> tuple[RemoteFile, ...]:
    """The files of a manifest in the format of `sha256sum`, which has a line for each right content."""
    here = _partial(_below(entry["task"], entry["folder"]))
    files: dict[str, RemoteFile] = {}
    for line in (manifests / entry["manifest"]).read_text(encoding="utf-8").splitlines():
        sha256, name = line.split(maxsplit=1)
        file = files.setdefault(name, RemoteFile(_below(here, name), f"{entry['files_url']}/{name}", {}))
        file.accepted[sha256] = entry["file_bytes"]
    return tuple(files.values())


def _below(*parts: str | PurePosixPath) -> PurePosixPath:
    """Return these parts as one path, if none of them leads out of what is before it."""
    if any(PurePosixPath(part).is_absolute() or ".." in PurePosixPath(part).parts for part in parts):
        raise ValueError(f"a path that leads out of its folder: {'/'.join(map(str, parts))}")
    return PurePosixPath(*parts)


def _partial(folder: PurePosixPath) -> PurePosixPath:
    return folder.with_name(folder.name + ".partial")


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
