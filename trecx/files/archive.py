"""Archives: extracted completely or not at all, and never outside their folder."""

import errno
import gzip
import lzma
import os
import shutil
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, cast

from trecx.errors import FetchError
from trecx.progress import Progress, silent

MAX_UNPACKED_BYTES = 16 * 1024**3  # the largest dataset has some 4
_DAMAGE = (
    *(tarfile.TarError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError),
    *(ValueError, OverflowError, RecursionError, MemoryError),  # as tarfile raises them for invalid sizes
)
# Errors of an invalid file name; None: how bz2 reports damage.
_NO_NAME = (errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG, None)


def extract(
    archive: Path,
    target: Path,
    root: PurePosixPath,
    progress: Progress = silent,
    check: Callable[[Path], None] = lambda folder: None,
) -> None:
    """Extract the regular files below `root` of a .tar.gz or .tar.xz to the new folder `target`.

    Args:
        archive: the archive.
        target: does not exist yet; gets this name only when it is complete.
        root: the folder in the archive.
        progress: called after every file.
        check: called with the extracted folder before it gets its name; what it raises is raised here.

    Raises:
        FetchError: the archive is damaged, too large, or contains a link, a device or a path that leads out
            of it.
        OSError: the disk is full.
    """
    unfinished = target.with_name(target.name + ".extracting")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        _extract_members(archive, unfinished, progress)
        if not (unfinished / root).is_dir():
            raise tarfile.ReadError(f"it has no folder {root}")
        check(unfinished / root)
        os.replace(unfinished / root, target)
    except _DAMAGE as error:
        cause = str(error).partition(":\n")[0]  # tarfile adds a line for each compression
        raise FetchError(f"{archive} is damaged ({cause}); delete it, then run this again") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _extract_members(archive: Path, folder: Path, progress: Progress) -> None:
    total, unpacked = archive.stat().st_size, 0
    with archive.open("rb") as packed, tarfile.open(fileobj=packed, mode="r:*") as members:
        for member in members:
            if member.isdir():
                continue
            path = _safe_path(member, archive)
            unpacked += member.size
            if unpacked > MAX_UNPACKED_BYTES:
                raise tarfile.ReadError(f"it has more than {MAX_UNPACKED_BYTES:,} bytes uncompressed")
            content = cast(
                IO[bytes], members.extractfile(member)
            )  # None only for members that _safe_path refuses
            with content:
                _write(content, folder / path)
            progress(f"extracting {archive.name}", packed.tell(), total)


def _write(content: IO[bytes], target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as handle:
            shutil.copyfileobj(content, handle)
    except OSError as error:
        if error.errno in _NO_NAME:
            raise tarfile.ReadError(f"{target.name!r} is not a valid file name") from error
        raise


def _safe_path(member: tarfile.TarInfo, archive: Path) -> PurePosixPath:
    path = PurePosixPath(member.name)
    plain = member.isfile() and not member.issparse() and member.size >= 0
    if not plain or not path.parts or path.is_absolute() or ".." in path.parts:
        raise FetchError(
            f"{archive} contains {member.name!r}, which is not a regular file inside it; nothing was "
            "extracted. Delete the archive and get it from the address in data/sources.toml"
        )
    return path
