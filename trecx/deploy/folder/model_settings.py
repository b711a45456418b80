"""`model_settings.h`: memory, shapes, scales and labels of a deployment."""

from collections.abc import Iterator

import numpy as np

from trecx.deploy.folder.c_parts import header
from trecx.deploy.folder.content import FolderContent
from trecx.deploy.folder.interface import Interface, Value
from trecx.exporting.c_text import float_literal, string_literal
from trecx.saved_points.record import Rule
from trecx.threshold.exit_criteria import ENTROPY

ALIGNMENT = 16  # of TensorFlow Lite Micro's arena
QUANTIZE = """\
/* The int8 value of one input feature, rounded half away from zero as by TensorFlow Lite's QUANTIZE. */
static inline int8_t trecx_quantize_input(float feature)
{
    const float q = roundf(feature / TRECX_INPUT_SCALE) + (float)TRECX_INPUT_ZERO_POINT;
    return (int8_t)(q >= 127.0f ? 127.0f : q > -128.0f ? q : -128.0f);
}"""


def arena_size(n_bytes: int) -> int:
    """Return the bytes of an arena, rounded up to its alignment.

    >>> arena_size(22224), arena_size(22225)
    (22224, 22240)
    """
    return -(-n_bytes // ALIGNMENT) * ALIGNMENT


def model_settings_h(content: FolderContent, interface: Interface) -> str:
    """Return the header with everything that firmware must know about the network."""
    run = content.run
    about = [
        ("network", f"{run.task}/{run.system}, run {run.run_id}"),
        ("memory", "bytes as counted on a 64-bit host; a 32-bit device needs less for what is kept"),
    ]
    parts = [
        "\n".join(_decision(content.record.rule)),
        "\n".join(_memory(content, interface)),
        "\n".join(_values(interface)),
        _labels(run.class_names),
        QUANTIZE,
    ]
    includes = ("<math.h>", "<stdint.h>", '"trecx_threshold.h" /* TRECX_N_EXITS, TRECX_N_CLASSES */')
    return header("TRECX_MODEL_SETTINGS_H", about, includes, parts)


def _decision(rule: Rule) -> Iterator[str]:
    """Yield which function of `trecx_threshold.h` decides."""
    per_exit, on_float = rule.per_exit is not None, rule.criterion == ENTROPY
    yield f"#define TRECX_THRESHOLD_PER_EXIT {per_exit:d} /* 1: each early exit has its own threshold */"
    yield f"#define TRECX_DECIDES_ON_FLOAT {on_float:d} /* 1: by the entropy, which needs real values */"


def _memory(content: FolderContent, interface: Interface) -> Iterator[str]:
    shared = arena_size(content.deployment.arena_bytes)
    yield f"#define TRECX_ARENA_BYTES {shared} /* RAM: one tensor arena, shared by all stages */"
    yield f"#define TRECX_CROSSING_BYTES {interface.crossing_bytes} /* RAM: values between stages */"
    for number, stage in enumerate(content.deployment.stages, start=1):
        arena = arena_size(stage.arena_bytes)
        yield f"#define TRECX_STAGE_{number}_ARENA_BYTES {arena} /* RAM, if it had its own arena */"
        yield f"#define TRECX_STAGE_{number}_BYTES {stage.n_bytes} /* flash */"


def _values(interface: Interface) -> Iterator[str]:
    sizes = ", ".join(map(str, interface.input.shape))
    yield f"#define TRECX_INPUT_DIMENSIONS {len(interface.input.shape)}"
    yield f"#define TRECX_INPUT_SHAPE {{{sizes}}}"
    yield f"#define TRECX_INPUT_BYTES {interface.input.n_bytes}"
    yield from _quantization("INPUT", interface.input)
    yield from _quantization("SOFTMAX", interface.softmax)
    yield f"#define TRECX_N_SLOTS {len(interface.slots)} /* values that cross between stages */"
    for number, slot in enumerate(interface.slots, start=1):
        about = f"{slot.sizes}, scale {slot.scale}, zero point {slot.zero_point}"
        yield f"#define TRECX_SLOT_{number}_BYTES {slot.n_bytes} /* {about} */"


def _quantization(name: str, value: Value) -> Iterator[str]:
    yield f"#define TRECX_{name}_SCALE {float_literal(np.float32(value.scale))}"
    yield f"#define TRECX_{name}_ZERO_POINT ({value.zero_point})"


def _labels(names: tuple[str, ...]) -> str:
    lines = ",\n".join(f"    {string_literal(name)}" for name in names)
    return f"static const char *const trecx_labels[TRECX_N_CLASSES] = {{\n{lines}}};"
