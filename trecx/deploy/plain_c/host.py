"""Plain C compiled and run on this computer."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trecx.errors import ExportError

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O2")
NO_COMPILER = (
    "there is no C compiler to run plain C with; install one ('apt-get install gcc libc6-dev'), or set CC to "
    "the command of yours"
)
TIMEOUT_S = 600.0


def run_on_host(
    folder: Path, inputs: npt.NDArray[np.int8], timeout_s: float = TIMEOUT_S
) -> npt.NDArray[np.int8]:
    """Return what plain C answers at every exit.

    Args:
        folder: folder that `write_plain_c` wrote.
        inputs: int8 of shape (n_samples, …).
        timeout_s: longest time that it may run, seconds.

    Returns:
        int8 of shape (n_samples, n_exits, n_classes).

    Raises:
        ExportError: there is no C compiler, it fails, or the run takes too long.
    """
    with tempfile.TemporaryDirectory() as place:
        program = Path(place) / "run_samples"
        sources = [str(path) for path in network_sources(folder)]
        command = [compiler(), *STRICT, "-o", str(program), str(folder / "run_samples.c"), *sources]
        run_command(command, "the C compiler", timeout_s)
        answer = run_command([str(program)], "plain C", timeout_s, np.ascontiguousarray(inputs).tobytes())
    exits = np.frombuffer(answer, np.int8)
    n_exits = len(list(folder.glob("stage_*.c")))
    return exits.reshape(len(inputs), n_exits, -1).copy()


def network_sources(folder: Path) -> list[Path]:
    """Return the C files of a network, without the programs that check it."""
    programs = {"check_golden.c", "golden_data.c", "run_samples.c"}
    return sorted(path for path in folder.glob("*.c") if path.name not in programs)


def compiler() -> str:
    """Return the command of this computer's C compiler.

    Raises:
        ExportError: there is none.
    """
    command = shutil.which(os.environ.get("CC", "cc"))
    if command is None:
        raise ExportError(NO_COMPILER)
    return command


def run_command(command: list[str], what: str, timeout_s: float, given: bytes = b"") -> bytes:
    """Run a command and return its standard output.

    Raises:
        ExportError: it fails or takes too long; the message has the end of what it said.
    """
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        raise ExportError(f"{what} took longer than {timeout_s:g} s; try a smaller network") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()[-800:]
        raise ExportError(f"{what} failed with exit status {done.returncode}; it said: {said}")
    return done.stdout
