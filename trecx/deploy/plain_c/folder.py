"""The folder `plain_c`: a staged int8 network as C99 without dependencies."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from trecx.deploy.flatbuffer import QuantizedNetwork
from trecx.deploy.golden import GoldenSamples
from trecx.deploy.plain_c import files as c_files
from trecx.deploy.plain_c.arena import Arena, plan_arena
from trecx.deploy.plain_c.calls import STAGES, StageText
from trecx.deploy.plain_c.operators import OPERATORS, SAME_BYTES, unsupported_operators
from trecx.deploy.stages import StagedNetwork
from trecx.errors import ModelError, OutputError

_KERNELS = files("trecx.deploy.plain_c") / "kernels"
_HEADERS = ("trecx_fixed_point.h", "trecx_kernels.h", "trecx_taps.h")
_PROGRAMS = ("check_golden.c", "run_samples.c")


@dataclass(frozen=True)
class PlainC:
    """What was written.

    Attributes:
        files: names of the files, sorted.
        arena_bytes: RAM for computed values if all stages run.
        stage_arena_bytes: for each stage, up to which byte it needs that RAM.
    """

    files: tuple[str, ...]
    arena_bytes: int
    stage_arena_bytes: tuple[int, ...]


def write_plain_c(staged: StagedNetwork, golden: GoldenSamples, folder: Path) -> PlainC:
    """Write a network as C99, with the golden samples and a Makefile whose `check` compares them.

    Args:
        staged: the network.
        golden: samples for the check.
        folder: where to write; it is made if it is missing.

    Raises:
        ModelError: plain C lacks an operator, or a variant of one; the message names it.
        ValueError: the golden samples do not belong to the network.
        OutputError: the folder cannot be written.
    """
    networks = [stage.network() for stage in staged.stages]
    arena = plan_arena(staged, networks)
    texts = plain_c_files(staged, networks, arena, golden)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"{folder} cannot be written ({error.strerror}); choose another folder") from error
    return PlainC(tuple(sorted(texts)), arena.n_bytes, arena.stage_bytes)


def plain_c_files(
    staged: StagedNetwork, networks: list[QuantizedNetwork], arena: Arena, golden: GoldenSamples
) -> Mapping[str, str]:
    """Return the text of every file, by name.

    Raises:
        ModelError: as for `write_plain_c`.
        ValueError: the golden samples do not belong to the network.
    """
    if lacking := unsupported_operators(staged):
        raise ModelError(f"plain C has no {', '.join(lacking)}; {STAGES}")
    input_bytes, exit_bytes = _sizes(staged, networks, golden)
    stages = [_stage(network, arena, number) for number, network in enumerate(networks)]
    kernels = sorted({f"trecx_{kernel}.c" for stage in stages for kernel in stage.kernels})
    places = [arena.place(number, network.outputs[0]) for number, network in enumerate(networks)]
    texts = {
        name: (_KERNELS / name).read_text(encoding="utf-8") for name in (*_HEADERS, *_PROGRAMS, *kernels)
    }
    for number, stage in enumerate(stages, start=1):
        texts[f"stage_{number}.c"] = c_files.stage_source(number, stage)
        texts[f"stage_{number}.h"] = c_files.stage_header(number)
    texts["trecx_network.h"] = c_files.network_header(len(stages), input_bytes, exit_bytes, arena)
    texts["trecx_network.c"] = c_files.network_source(places)
    texts["golden_data.h"] = c_files.golden_header(golden)
    texts["golden_data.c"] = c_files.golden_source(golden)
    numbered = [f"stage_{number}.c" for number in range(1, len(stages) + 1)]
    texts["Makefile"] = c_files.makefile(["trecx_network.c", *numbered, *kernels])
    return texts


def _stage(network: QuantizedNetwork, arena: Arena, number: int) -> StageText:
    text = StageText(network, lambda tensor: arena.place(number, tensor))
    for operator in network.operators:
        if operator.name in SAME_BYTES:
            text.computed(operator)
        else:
            OPERATORS[operator.name](text, operator)
    return text


def _sizes(staged: StagedNetwork, networks: list[QuantizedNetwork], golden: GoldenSamples) -> tuple[int, int]:
    """Return the bytes of the input and of each exit."""
    first = networks[0].tensors[networks[0].inputs[0]]
    exits = {math.prod(network.tensors[network.outputs[0]].shape) for network in networks}
    if len(exits) != 1:
        raise ModelError(
            f"its exits have {', '.join(map(str, sorted(exits)))} outputs; give all exits the same"
        )
    sample = math.prod(golden.inputs.shape[1:])
    n_exits, n_classes = golden.exits.shape[1:]
    if sample != first.n_bytes or n_exits != len(networks) or {n_classes} != exits:
        raise ValueError(
            f"golden samples of {sample} bytes with {n_exits} exits of {n_classes} classes do not belong to "
            f"a network of {first.n_bytes} bytes with {len(networks)} exits of {exits.pop()}"
        )
    return first.n_bytes, n_classes
