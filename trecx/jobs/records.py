"""The jobs of a folder as small files, which several processes may read and change at the same time."""

import fcntl
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from trecx.errors import JobError
from trecx.files.atomic_file import whole_file
from trecx.jobs.job import DONE, Job, Step

LOG_BYTES_SHOWN = 20_000

Kept = TypeVar("Kept")


class Records:
    """The files of a folder: `7.json` is job 7, `7.step` its progress, `7.log` its log, `7.zip` its result.

    Args:
        folder: created with the first job; its parent must exist.

    Raises:
        JobError: by every method that writes, where that cannot be done; the message says what to do.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Lock the folder: no other process changes it between a read and a write in this block."""
        with self._disk_errors():
            self.folder.mkdir(exist_ok=True)
            with (self.folder / "guard").open("a") as guard:
                fcntl.flock(guard, fcntl.LOCK_EX)
                yield

    def all(self) -> list[Job]:
        """Return the jobs, the newest first; one whose file is damaged is left out."""
        numbers = (int(path.stem) for path in self.folder.glob("*.json") if path.stem.isdecimal())
        found = (self.find(number) for number in sorted(numbers, reverse=True))
        return [job for job in found if job]

    def find(self, number: int) -> Job | None:
        """Return a job; None if no job has this number."""
        return self._read(number, "json", Job.from_json)

    def keep(self, job: Job) -> None:
        """Write a job; an older version of it is replaced."""
        self._write(self._path(job.number, "json"), job.to_json())

    def end(self, number: int, state: str, **how: Any) -> None:
        """Record how a job ended, unless it has ended already.

        Args:
            number: of the job.
            state: `DONE`, `FAILED` or `CANCELLED`.
            how: its `run_id`, `reason` or `warnings`.
        """
        with self.guarded():
            job = self.find(number)
            if job and job.unfinished:
                self.keep(job.ended(state, **how))

    def forget(self, job: Job) -> None:
        """Remove the files of a job."""
        for kind in ("json", "step", "log", "zip"):
            self._path(job.number, kind).unlink(missing_ok=True)
        self.discard_unfinished(job.number)

    @contextmanager
    def packed(self, number: int, name: str) -> Iterator[Path]:
        """Yield the path of a folder to write; if the block ends without an error, it becomes the job's zip.

        The zip is complete or absent, and the folder is deleted in any case. A killed process leaves parts
        of both (`discard_unfinished`).

        Args:
            number: of the job.
            name: of the folder, in the zip too.
        """
        place = self._path(number, "folder")
        with self._disk_errors():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
        try:
            yield place / name
            with self._disk_errors(), whole_file(self._path(number, "zip")) as part:
                _pack(place, part)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def discard_unfinished(self, number: int) -> None:
        """Delete what the killed process of a job has left."""
        shutil.rmtree(self._path(number, "folder"), ignore_errors=True)
        for part in self.folder.glob(f".{number}.zip.*.part"):
            part.unlink(missing_ok=True)

    def package_of(self, job: Job) -> bytes | None:
        """Return the zip that a deployment wrote; None before it is done."""
        try:
            return self._path(job.number, "zip").read_bytes() if job.state == DONE else None
        except OSError:
            return None

    def keep_step(self, number: int, step: Step) -> None:
        """Write the progress of a job."""
        with self._disk_errors():
            self._write(self._path(number, "step"), step.to_json())

    def step_of(self, number: int) -> Step | None:
        """Return the progress of a job; None if it has not reported any yet."""
        return self._read(number, "step", Step.from_json)

    def log_path(self, number: int) -> Path:
        """Return the path of a job's log."""
        return self._path(number, "log")

    def log_of(self, number: int) -> str:
        """Return the log of a job; of a long one, the end."""
        try:
            with self.log_path(number).open("rb") as log:
                length = log.seek(0, os.SEEK_END)
                log.seek(max(0, length - LOG_BYTES_SHOWN))
                return log.read(LOG_BYTES_SHOWN).decode("utf-8", errors="replace")
        except OSError:
            return ""

    def _path(self, number: int, kind: str) -> Path:
        return self.folder / f"{number}.{kind}"

    def _read(self, number: int, kind: str, parse: Callable[[str], Kept]) -> Kept | None:
        try:
            return parse(self._path(number, kind).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _write(self, path: Path, text: str) -> None:
        with whole_file(path) as part:
            part.write_text(text, encoding="utf-8")

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise JobError(
                f"{self.folder} cannot be written ({error.strerror or error}); free disk space and make the "
                "folder writable, or set TRECX_DB to a database in another folder"
            ) from error


def _pack(folder: Path, path: Path) -> None:
    """Write the files in a folder into a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                package.write(file, file.relative_to(folder))
