"""Downloads: checked, resumed, and available only when complete."""

import errno
import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from urllib3.util import Retry

from trecx.datasets.remote_files import DatasetSource, RemoteFile, file_sha256
from trecx.datasets.sources import load_sources
from trecx.datasets.tasks import find_task
from trecx.errors import FetchError
from trecx.files import paths
from trecx.files.archive import extract
from trecx.progress import Progress, silent

if TYPE_CHECKING:
    import requests

CHUNK_BYTES = 65_536
TIMEOUT_S = (10, 60)  # for the connection, and between two chunks
RETRIES = Retry(
    total=3,
    backoff_factor=0.5,
    status_forcelist=(429, 500, 502, 503, 504),
    raise_on_status=False,  # the last response is reported like any other error
    respect_retry_after_header=False,  # it may be hours
)


def fetch_dataset(
    task: str, progress: Progress = silent, *, folder: Path = paths.DOWNLOADS, key: str | None = None
) -> Path:
    """Return the folder of a task's samples, downloaded below `folder` unless it is there already.

    They come as one archive if there is one; else file by file, and a later call resumes the download.
    Of several datasets, `key` (in data/sources.toml) selects one; the default is one that is there already,
    else one that the mirror has, else the first with an address.

    Raises:
        UnknownNameError: there is no such task, or no such dataset of it.
        FetchError: the task has no dataset to download, or the download failed; the message says what to do.
    """
    source = choose_dataset(task, folder, key)
    samples = folder / source.folder
    if samples.is_dir():  # it gets this name only when it is complete
        return samples
    with _disk_errors(samples.parent), _alone(folder, progress):
        if not samples.is_dir():
            if source.files and not source.archive.in_mirror():
                _fetch_loose(source, folder, progress)
                os.replace(folder / source.partial, samples)
            else:
                archive = fetch_file(source.archive, folder, progress)
                extract(archive, samples, source.root, progress, partial(_check_contents, source))
                archive.unlink()
    return samples


def fetch_models(
    task: str, progress: Progress = silent, *, folder: Path = paths.DOWNLOADS
) -> dict[str, Path]:
    """Return the paper's models of a task, system → SavedModel folder or .h5 file, downloaded below `folder`.

    Raises:
        UnknownNameError: there is no such task.
        FetchError: no models of the task are published, or the download failed; the message says what to do.
    """
    models = load_sources().models
    find_task(task)
    chosen = [model for model in models if model.task == task]
    if not chosen:
        known = ", ".join(dict.fromkeys(model.task for model in models))
        raise FetchError(f"there are no published models for {task}; tasks with published models: {known}")
    with _disk_errors(folder), _alone(folder, progress), _session() as session:
        for model in chosen:
            for file in model.files:
                _fetch(file, folder, progress, session)
    return {model.system: folder / model.path for model in chosen}


def fetch_file(file: RemoteFile, folder: Path, progress: Progress = silent) -> Path:
    """Return the path of `file` below `folder`, downloaded unless the correct file is there already.

    A partial download is kept in a `.part` file, which a later call resumes; the file gets its own name only
    after its sha256 was verified.

    Raises:
        FetchError: no network, an HTTP error, an interrupted transfer, a wrong sha256, or a full disk.
    """
    with _session() as session:
        return _fetch(file, folder, progress, session)


def choose_dataset(task: str, folder: Path, key: str | None = None) -> DatasetSource:
    """Return the dataset that `fetch_dataset` would download; nothing is downloaded.

    Raises:
        UnknownNameError: there is no such task, or no such dataset of it.
        FetchError: the task has no dataset to download.
    """
    sources = load_sources()
    origin = find_task(task).packaged_in
    chosen = sources.to_test_on(task, folder)
    if chosen is None:
        reason = f": its samples are part of {origin}, so no download is needed" if origin else ""
        known = ", ".join(dict.fromkeys(source.task for source in sources.datasets))
        raise FetchError(f"there is no dataset to download for {task}{reason}; tasks with one: {known}")
    return chosen if key is None else sources.find_dataset(task, key)


def _session() -> "requests.Session":
    import requests  # only where something is downloaded
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=RETRIES))
    return session


def _fetch_loose(source: DatasetSource, folder: Path, progress: Progress) -> None:
    done, limit = 0, sum(file.limit for file in source.files)
    with _session() as session:
        for number, file in enumerate(source.files):
            try:
                done += _fetch(file, folder, silent, session).stat().st_size
            except FetchError as error:
                raise FetchError(
                    f"{error}. {number:,} of {len(source.files):,} files are downloaded and kept. "
                    f"Alternatively, set TRECX_MIRROR to a folder that contains {source.archive.mirror_path}"
                ) from error
            limit -= file.limit
            progress(f"{source.folder}, {len(source.files):,} files", done, done + limit)


def _fetch(file: RemoteFile, folder: Path, progress: Progress, session: "requests.Session") -> Path:
    target = folder / file.path
    part = target.with_name(target.name + ".part")
    with _disk_errors(target.parent):
        if target.is_file() and file_sha256(target) in file.accepted:
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        _check(file, part, _bring(file, part, progress, session))
        with part.open("rb+") as handle:
            os.fsync(handle.fileno())
        os.replace(part, target)
    return target


def _bring(file: RemoteFile, part: Path, progress: Progress, session: "requests.Session") -> str:
    """Fill `part` and return the source."""
    copy = file.in_mirror()
    if copy is not None:
        with copy.open("rb") as handle:
            pieces = iter(lambda: handle.read(CHUNK_BYTES), b"")
            _write(pieces, part, 0, file, copy.stat().st_size, progress)
        return str(copy)
    if file.url is None:
        raise FetchError(
            f"{file.path.name} has no public address; set TRECX_MIRROR to a folder that contains "
            f"{file.mirror_path}"
        )
    from requests import RequestException

    try:
        _download(file, file.url, part, progress, session)
    except RequestException as error:
        raise FetchError(_broken_off(file, file.url, part, error)) from error
    return file.url


def _download(
    file: RemoteFile, url: str, part: Path, progress: Progress, session: "requests.Session"
) -> None:
    offset = part.stat().st_size if part.exists() else 0
    if offset in file.accepted.values():
        return  # it was complete when the last call was killed
    with _request(session, url, offset) as response:
        resumed = response.status_code == 206
        if offset and (response.status_code == 416 or (resumed and not _continues(response, offset))):
            part.unlink()  # this server cannot resume it
            _download(file, url, part, progress, session)
            return
        if not response.ok:
            raise FetchError(
                f"{url} returned {response.status_code} {response.reason}; try again later, or get the file "
                f"from another source and save it as {part.with_suffix('')}"
            )
        start = offset if resumed else 0
        length = response.headers.get("Content-Length", "")
        total = start + int(length) if length.isdigit() else None
        _write(response.iter_content(CHUNK_BYTES), part, start, file, total, progress)


def _request(session: "requests.Session", url: str, offset: int) -> "requests.Response":
    headers = {"Accept-Encoding": "identity"}  # else Range would count compressed bytes
    if offset:
        headers["Range"] = f"bytes={offset}-"
    return session.get(url, headers=headers, stream=True, timeout=TIMEOUT_S)


def _continues(response: "requests.Response", offset: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {offset}-")


def _write(
    pieces: Iterable[bytes], part: Path, start: int, file: RemoteFile, total: int | None, progress: Progress
) -> None:
    done = start
    with part.open("ab" if start else "wb") as handle:
        for piece in pieces:
            handle.write(piece)
            done += len(piece)
            progress(str(file.path), done, total)
            if done > file.limit:
                return  # the hash will be wrong: do not fill the disk


def _check_contents(source: DatasetSource, folder: Path) -> None:
    """Raise if an extracted file is not the published one, although its archive is a known one."""
    if wrong := source.wrong_files(folder):
        raise FetchError(
            f"{source.archive.path.name} does not contain {source.title}: {'; '.join(wrong)}. Correct the "
            f"accepted contents of {source.key} in data/sources.toml"
        )


def _check(file: RemoteFile, part: Path, origin: str) -> None:
    found, size = file_sha256(part), part.stat().st_size
    if found not in file.accepted:
        part.unlink()
        raise FetchError(
            f"{origin} is not the file that data/sources.toml describes: expected sha256 "
            f"{' or '.join(file.accepted)}, got {found} ({size:,} bytes). It was deleted; run this again. If "
            "the error occurs again, the file at that address has changed or is incomplete"
        )


def _broken_off(file: RemoteFile, url: str, part: Path, error: Exception) -> str:
    kept = part.stat().st_size if part.exists() else 0
    return (
        f"{url} could not be downloaded ({type(error).__name__}; {kept:,} bytes are kept). Check the network "
        "and run this again to resume the download. Without a network, set TRECX_MIRROR to a folder that "
        f"contains {file.mirror_path}"
    )


@contextmanager
def _alone(folder: Path, progress: Progress) -> Iterator[None]:
    """Wait until no other process or thread downloads into a folder: two would write the same `.part`."""
    folder.mkdir(parents=True, exist_ok=True)
    place = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"waiting for another download into {folder}", 0, None)
            fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = "free space on that disk" if full else "make the folder writable"
        raise FetchError(f"cannot write in {folder} ({error}): {remedy}, then run this again") from error
