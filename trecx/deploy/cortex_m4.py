"""Cortex-M4 instructions of each stage, counted by running its plain C in an emulator."""

import re
import shutil
import tempfile
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from trecx.deploy.plain_c.host import network_sources, run_command
from trecx.errors import ExportError

PACKAGES = "gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm"
COMPILER, SIZE, EMULATOR = "arm-none-eabi-gcc", "arm-none-eabi-size", "qemu-system-arm"
LIBRARY = "rdimon.specs"  # newlib with semihosting
FLAGS = ("-mcpu=cortex-m4", "-mthumb", "-O2", "-std=c99")
BOARD = "-M mps2-an386 -cpu cortex-m4 -display none -monitor none -serial null -icount shift=0".split()
SEMIHOSTING = ("-semihosting-config", "enable=on,target=native")
N_COUNTED = 3  # samples: a few branches depend on the data, such as those of the softmax
TIMEOUT_S = 300.0


@dataclass(frozen=True)
class Measured:
    """What the emulator says of a network in plain C.

    Attributes:
        instructions: of each stage for one sample: the mean over the counted golden samples.
        by_sample: the same for each of these samples.
        code_bytes: flash for code and constants of the network, without a C library.
    """

    instructions: tuple[int, ...]
    by_sample: tuple[tuple[int, ...], ...]
    code_bytes: int


def count_instructions(plain_c: Path, n_samples: int = N_COUNTED, timeout_s: float = TIMEOUT_S) -> list[int]:
    """Return the instructions of each stage for one sample; see `measure`."""
    return list(measure(plain_c, n_samples, timeout_s).instructions)


def measure(plain_c: Path, n_samples: int = N_COUNTED, timeout_s: float = TIMEOUT_S) -> Measured:
    """Compile plain C for a Cortex-M4, run it on its first golden samples, and count.

    The counts are multiples of 40, the emulated timer's tick, and equal in every run with the same tools. The
    answers must equal the golden ones, so the counted code is known to be right on this processor, too.

    Args:
        plain_c: folder that `write_plain_c` wrote.
        n_samples: over how many golden samples to take the mean; fewer if there are not as many.
        timeout_s: longest time that the compiler and the emulator may each take, seconds.

    Raises:
        ExportError: a tool is missing, fails or takes too long, the network is too large for the emulated
            board, or an answer differs.
    """
    if lacking := missing_emulator():
        raise ExportError(
            f"Cortex-M4 instructions cannot be counted without {', '.join(lacking)}; on Debian and Ubuntu, "
            f"install them with 'apt-get install {PACKAGES}'"
        )
    n_samples = min(n_samples, _n_golden(plain_c))
    with tempfile.TemporaryDirectory() as place:
        image = Path(place) / "image.elf"
        _compile(plain_c, image, n_samples, timeout_s)
        command = [EMULATOR, *BOARD, *SEMIHOSTING, "-kernel", str(image)]
        said = run_command(command, "the emulated Cortex-M4", timeout_s).decode()
        code_bytes = _code_bytes(plain_c, Path(place), timeout_s)
    counts = np.array([[int(word) for word in line.split()] for line in said.splitlines()])
    by_sample = counts[:, 2].reshape(n_samples, -1)
    mean = tuple(int(n) for n in np.rint(by_sample.mean(axis=0)))
    return Measured(mean, tuple(tuple(map(int, row)) for row in by_sample), code_bytes)


def how_counted() -> str:
    """Return the tools and the settings of a count, in words.

    Raises:
        ExportError: a tool is missing or fails.
    """
    compiler = run_command([COMPILER, "-dumpversion"], COMPILER, TIMEOUT_S).decode().strip()
    emulator = run_command([EMULATOR, "--version"], EMULATOR, TIMEOUT_S).decode().split("\n")[0]
    version = re.findall(r"version (\S+)", emulator)
    return (
        f"plain C; {COMPILER} {compiler} -O2, Cortex-M4; QEMU {' '.join(version)} mps2-an386, "
        f"-icount shift=0; mean of {N_COUNTED} samples"
    )


def missing_emulator() -> list[str]:
    """Return what counting needs and this computer lacks: commands, or the C library for Arm."""
    lacking = [tool for tool in (COMPILER, SIZE, EMULATOR) if shutil.which(tool) is None]
    if COMPILER not in lacking:
        found = run_command([COMPILER, f"-print-file-name={LIBRARY}"], COMPILER, TIMEOUT_S)
        if found.decode().strip() == LIBRARY:  # a path, if there is such a file
            lacking.append(LIBRARY)
    return lacking


def _n_golden(plain_c: Path) -> int:
    header = (plain_c / "golden_data.h").read_text(encoding="utf-8")
    found = re.search(r"TRECX_GOLDEN_SAMPLES (\d+)", header)
    if found is None:
        raise ExportError(f"{plain_c / 'golden_data.h'} was changed; write the folder again")
    return int(found[1])


def _compile(plain_c: Path, image: Path, n_samples: int, timeout_s: float) -> None:
    sources = [*network_sources(plain_c), plain_c / "golden_data.c"]
    with as_file(files("trecx.deploy") / "cortex_m4_image") as ours:
        command = [
            *(COMPILER, *FLAGS, f"-DTRECX_COUNTED_SAMPLES={n_samples}", f"-I{plain_c}"),
            *map(str, [*sources, ours / "count_instructions.c", ours / "start.c"]),
            *("-T", str(ours / "mps2_an386.ld"), f"--specs={LIBRARY}", "-nostartfiles", "-o", str(image)),
        ]
        run_command(command, "the Arm compiler", timeout_s)


def _code_bytes(plain_c: Path, place: Path, timeout_s: float) -> int:
    objects = []
    for source in network_sources(plain_c):
        objects.append(str(place / f"{source.stem}.o"))
        command = [COMPILER, *FLAGS, "-c", str(source), "-o", objects[-1]]
        run_command(command, "the Arm compiler", timeout_s)
    said = run_command([SIZE, *objects], SIZE, timeout_s).decode().splitlines()[1:]
    return sum(int(text) + int(data) for text, data, *_ in map(str.split, said))
