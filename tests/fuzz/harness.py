"""One harness for all readers: whatever the bytes, something valid comes out or the promised error is raised.

And that soon, in little memory, without running anything, opening a connection or writing outside its folder.
`make test` draws the same examples every time; TRECX_FUZZ_SECONDS=600 draws others for so long, test by test.
"""

import os
import resource
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisWarning

LONG_S = float(os.environ.get("TRECX_FUZZ_SECONDS", "0"))
WORK_S, WAIT_S = 10, 300  # seconds of the processor, and by the clock of a machine that is busy
MEMORY_BYTES = 2 * 1024**3
MAX_BYTES = 200_000  # of a drawn file
NUMBERS = tuple(sorted({0, 1, *(2**k + d for k in (7, 8, 15, 16, 24, 31, 32, 63, 64) for d in (-1, 0)), 3}))
RUNS_SOMETHING = (
    "pickle.find_class",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
)
CONNECTS = ("socket.connect", "socket.bind", "urllib.Request")
CHANGES = (
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.symlink",
    "os.link",
    "os.chmod",
    "os.truncate",
)


pa.array([0])  # so that Arrow has taken its arenas


def fuzz(examples: int, **drawn: st.SearchStrategy) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Make a property a test over so many examples, again and again if TRECX_FUZZ_SECONDS give the time."""

    def decorate(check: Callable[..., None]) -> Callable[[], None]:
        count = 0

        @wraps(check)
        def counted(**values: object) -> None:
            nonlocal count
            count += 1
            check(**values)

        def run() -> None:
            end = time.monotonic() + LONG_S
            while True:
                quiet = settings(
                    max_examples=examples,
                    derandomize=not LONG_S,
                    database=None,
                    phases=(Phase.generate, Phase.shrink),
                    report_multiple_bugs=False,
                    suppress_health_check=list(HealthCheck),
                )
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", HypothesisWarning)  # of long examples
                    quiet(given(**drawn)(counted))()
                if time.monotonic() >= end:
                    break
            print(f"{check.__name__}: {count:,} examples")

        run.__name__, run.__doc__, run.__module__ = check.__name__, check.__doc__, check.__module__
        return run

    return decorate


@contextmanager
def only(*promised: type[Exception], folder: Path | None = None, may_run_out: bool = False) -> Iterator[None]:
    """Let nothing but a promised error out of the block, and nothing but that happen in it.

    Args:
        promised: the errors that may be raised.
        folder: where files may be written; None: nowhere.
        may_run_out: whether it may ask for memory that is not there, if it says so as promised.
    """
    with _watched(folder), _in_time(), _in_memory(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Pillow mentions damage that it can live with
        try:
            yield
        except promised as error:
            hidden = isinstance(error.__cause__, MemoryError) and not may_run_out
            assert not hidden, f"takes more than {MEMORY_BYTES:,} bytes, and says {error}"


class _Watch:
    """What Python says that it does (`sys.addaudithook`), as far as a reader must not do it."""

    def __init__(self) -> None:
        self.on, self.folder, self.seen = False, "", list[str]()
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.on:
            return
        if event in RUNS_SOMETHING or event in CONNECTS:
            self.seen.append(f"{event} {arguments!r}")
        elif event == "open" and _writes(arguments):
            self.seen += [f"open {path}" for path in _places(arguments[:1]) if not self._inside(path)]
        elif event in CHANGES:
            self.seen += [f"{event} {path}" for path in _places(arguments) if not self._inside(path)]

    def _inside(self, path: str) -> bool:
        return bool(self.folder) and (path + os.sep).startswith(self.folder + os.sep)


def _places(arguments: tuple[object, ...]) -> list[str]:
    """Return the whole paths that an event names, of which some are below an open folder."""
    names = [os.fsdecode(name) for name in arguments[:2] if isinstance(name, str | bytes | os.PathLike)]
    opened = [number for number in arguments[1:] if isinstance(number, int) and number >= 0]
    below = f"/proc/self/fd/{opened[-1]}" if opened and len(arguments) < 4 else ""
    return [os.path.realpath(os.path.join(below, name)) for name in names]


def _writes(arguments: tuple[object, ...]) -> bool:
    _, mode, flags = arguments
    writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    return bool(set(str(mode or "")) & set("wax+")) or bool(isinstance(flags, int) and flags & writes)


_WATCH = _Watch()


@contextmanager
def _watched(folder: Path | None) -> Iterator[None]:
    _WATCH.folder, _WATCH.seen, _WATCH.on = os.path.realpath(folder) if folder else "", [], True
    try:
        yield
    finally:
        _WATCH.on = False
    assert not _WATCH.seen, _WATCH.seen


@contextmanager
def _in_time() -> Iterator[None]:
    over = []

    def late(*_: object) -> None:
        over.append(f"takes more than {WORK_S} s of work, or waits for more than {WAIT_S} s")
        raise AssertionError(over[0])

    timers = {signal.SIGPROF: (signal.ITIMER_PROF, WORK_S), signal.SIGALRM: (signal.ITIMER_REAL, WAIT_S)}
    before = {number: signal.signal(number, late) for number in timers}
    for timer, seconds in timers.values():
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for number, (timer, _) in timers.items():
            signal.setitimer(timer, 0)
            signal.signal(number, before[number])
    assert not over, over  # should the block have caught it


@contextmanager
def _in_memory() -> Iterator[None]:
    """Let no more than `MEMORY_BYTES` be taken beside what the process holds: beyond, MemoryError."""
    limits = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY_BYTES, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def mutated(
    seeds: Sequence[bytes], words: Sequence[bytes] = (b"\0", b"\xff" * 4)
) -> st.SearchStrategy[bytes]:
    """Return files that were whole before they were changed at some places.

    Args:
        seeds: whole files.
        words: what means something in such a file, to be put anywhere in it.
    """
    place, length = st.integers(0, 2**16), st.integers(0, 300)
    words = (
        *words,
        *(number.to_bytes(8, "little")[:n] for number in NUMBERS if number < 2**64 for n in (1, 2, 4, 8)),
    )
    edit = st.tuples(
        st.sampled_from(list(EDITS)), place, place, length, st.sampled_from(words) | st.binary(max_size=8)
    )
    return st.builds(
        _edited, st.sampled_from(list(seeds)), st.lists(edit, max_size=8), st.sampled_from(list(seeds))
    )


def _edited(data: bytes, edits: Sequence[tuple[str, int, int, int, bytes]], other: bytes) -> bytes:
    for name, place, to, length, word in edits:
        at = place % (len(data) + 1)
        data = EDITS[name](data, at, to % (len(data) + 1), length, word or other[at : at + length])[
            :MAX_BYTES
        ]
    return data


EDITS: dict[str, Callable[[bytes, int, int, int, bytes], bytes]] = {
    "flip": lambda d, at, to, n, w: d[:at] + bytes(b ^ (1 << n % 8) for b in d[at : at + 1]) + d[at + 1 :],
    "overwrite": lambda d, at, to, n, w: d[:at] + w + d[at + len(w) :],
    "insert": lambda d, at, to, n, w: d[:at] + w + d[at:],
    "reversed": lambda d, at, to, n, w: d[:at] + w[::-1] + d[at + len(w) :],  # the other byte order
    "delete": lambda d, at, to, n, w: d[:at] + d[at + n :],
    "cut": lambda d, at, to, n, w: d[:at],
    "move": lambda d, at, to, n, w: d[:to] + d[at : at + n] + d[to:],
    "repeat": lambda d, at, to, n, w: d[:at] + d[at : at + n] * (to % 50) + d[at + n :],
    "fill": lambda d, at, to, n, w: d[:at] + w * (n + 1) + d[at:],
    "splice": lambda d, at, to, n, w: d[:at] + w + d[to:],
}
