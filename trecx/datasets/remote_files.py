"""What is downloaded: files with their address and checksums, datasets, and published models."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from trecx.files import paths


@dataclass(frozen=True)
class RemoteFile:
    """One file to download.

    Attributes:
        path: its path below the download folder.
        url: its address; None if only a mirror has it.
        accepted: sha256 (lower-case hex) → size in bytes, or its upper limit, of every valid content.
    """

    path: PurePosixPath
    url: str | None
    accepted: dict[str, int]

    @property
    def limit(self) -> int:
        """Bytes; a larger file is not valid."""
        return max(self.accepted.values())

    @property
    def mirror_path(self) -> PurePosixPath:
        """Its path in a mirror: HOST/PATH of its address, else archives/NAME."""
        if self.url is None:
            return PurePosixPath("archives", self.path.name)
        parts = urlsplit(self.url)
        return PurePosixPath(parts.hostname or "", parts.path.lstrip("/"))

    def in_mirror(self) -> Path | None:
        """Return its path in the mirror; None if there is no mirror, or if it does not have it."""
        mirror = paths.mirror()
        copy = mirror / self.mirror_path if mirror else None
        return copy if copy and copy.is_file() else None


@dataclass(frozen=True)
class DatasetSource:
    """Samples of a task, as one archive or as loose files.

    Attributes:
        key: its unique name.
        task: the task's name.
        title: title of the dataset.
        test_title: title of its test split: of another dataset with the same test samples, or `title`.
        licence: its licence.
        archive: all samples as one file.
        files: one file per sample, if the archive is not published; they are collected in `partial`.
        root: folder inside the archive that contains the samples.
        folder: folder of the complete samples, below the download folder.
        n_samples: number of samples per split; no entry for a split whose number is not known.
        md5: published hash (lower-case hex) of some of its files, by their name in `folder`.
        only_by_key: whether it is used only if its key is given.
        lossy: whether it is a copy with other values, on which published models lose accuracy.
    """

    key: str
    task: str
    title: str
    test_title: str
    licence: str
    archive: RemoteFile
    files: tuple[RemoteFile, ...]
    root: PurePosixPath
    folder: PurePosixPath
    n_samples: dict[str, int]
    md5: dict[str, str]
    only_by_key: bool
    lossy: bool

    @property
    def mirror_only(self) -> bool:
        """Whether it is not published, so that only a mirror can have it."""
        return self.archive.url is None and not self.files

    @property
    def partial(self) -> PurePosixPath:
        """Folder of single files until all are downloaded, below the download folder."""
        return partial_folder(self.folder)

    def wrong_files(self, folder: Path) -> list[str]:
        """Return one message for each file in `folder` whose md5 is not the published one."""
        found = {name: file_md5(folder / name) for name in self.md5 if (folder / name).is_file()}
        return [
            f"{name}: its md5 is {md5} instead of the published {self.md5[name]}"
            for name, md5 in found.items()
            if md5 != self.md5[name]
        ]


@dataclass(frozen=True)
class ModelSource:
    """A published model: one .h5 file, or the files of a SavedModel folder.

    Attributes:
        task: the task that it was trained for.
        system: name of its design.
        path: the .h5 file or the folder, below the download folder.
        files: the files to download, in that order.
        licence: its licence.
    """

    task: str
    system: str
    path: PurePosixPath
    files: tuple[RemoteFile, ...]
    licence: str


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's content, in lower-case hex."""
    return _file_hash(path, hashlib.sha256)


def file_md5(path: Path) -> str:
    """Return the md5 of a file's content, in lower-case hex: for comparison with a published one only."""
    return _file_hash(path, lambda: hashlib.md5(usedforsecurity=False))


def _file_hash(path: Path, algorithm: Callable[[], Any]) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, algorithm).hexdigest()


def partial_folder(folder: PurePosixPath) -> PurePosixPath:
    """Return where single files of a dataset are collected until all are there."""
    return folder.with_name(folder.name + ".partial")
