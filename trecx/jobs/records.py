"""The jobs of a folder as small files, which any number of processes may read and change at once."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from trecx.errors import JobError
from trecx.files.atomic_file import whole_file
from trecx.jobs.job import Job, Step

LOG_BYTES_SHOWN = 20_000

Kept = TypeVar("Kept")


class Records:
    """The files of a folder: `7.json` says what job 7 is, `7.step` how far it is, `7.log` what it said.

    Args:
        folder: made when the first job is kept; its parent must be there.

    Raises:
        JobError: by every method that writes, where that cannot be done; the message says what to do.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Keep every other process out: nothing changes between what is read here and what is written."""
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
        """Return a job; None where there is none of this number."""
        return self._read(number, "json", Job.from_json)

    def keep(self, job: Job) -> None:
        """Write a job in place of what was known of it."""
        self._write(self._path(job.number, "json"), job.to_json())

    def end(self, number: int, state: str, **how: str) -> None:
        """Keep how a job ended, unless it has ended already.

        Args:
            number: of the job.
            state: `DONE`, `FAILED` or `CANCELLED`.
            how: its `run_id` or `reason`.
        """
        with self.guarded():
            job = self.find(number)
            if job and job.unfinished:
                self.keep(job.ended(state, **how))

    def forget(self, job: Job) -> None:
        """Remove the files of a job."""
        for kind in ("json", "step", "log"):
            self._path(job.number, kind).unlink(missing_ok=True)

    def keep_step(self, number: int, step: Step) -> None:
        """Write how far a job is."""
        with self._disk_errors():
            self._write(self._path(number, "step"), step.to_json())

    def step_of(self, number: int) -> Step | None:
        """Return how far a job is; None where it has not said so yet."""
        return self._read(number, "step", Step.from_json)

    def log_path(self, number: int) -> Path:
        """Return the file of what a job said."""
        return self._path(number, "log")

    def log_of(self, number: int) -> str:
        """Return what a job said, the end of it where it is long."""
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
                f"{self.folder} cannot be written ({error.strerror or error}); make room there and make it "
                "writable, or let TRECX_DB name a database in a folder of yours"
            ) from error
