"""How a deployment gets into a project, step by step."""

from trecx.deploy.folder.content import FolderContent
from trecx.deploy.folder.interface import Interface
from trecx.saved_points.record import Rule
from trecx.threshold.exit_criteria import ENTROPY

TFLM = """\
### TensorFlow Lite Micro

1. Add `model_data.cc` and `staged_inference.cc` to the sources of the project, the headers of this folder
   to its include path, and TensorFlow Lite Micro as a library (C++17). `op_resolver.h` needs
   {n_operators} kernels: {operators}.
2. Build `main_example.cc` first, and run it on the device. It must print that all {n_golden} golden
   samples are as expected. Leave it and `golden.h` out of the product: they take {golden_bytes:,} bytes
   of flash.
3. Fill an array of `TRECX_INPUT_BYTES` int8 values ({sizes}). `trecx_quantize_input` of
   `model_settings.h` quantizes one feature.
4. Call `trecx::Initialize()` once, then `trecx::Infer(input, &result)` for each input. `result.exit` is
   the exit that stopped (0 is the first), `result.class_index` an index of `trecx_labels`.
5. If `Initialize` returns `kArena`, increase `TRECX_ARENA_BYTES`; if it succeeds, decrease it as far as
   it does.

The arena is shared, so each stage overwrites the tensors of the one before. `staged_inference.cc` keeps
the values that cross between stages in a buffer of {crossing_bytes:,} bytes. It allocates nothing on the
heap."""

CUBE = """\
### STM32Cube.AI

1. Import each `stage_N.tflite` as a network of its own, in the order of the stages, with int8 inputs and
   outputs.
2. Run the networks in this order. The first output of each is the softmax of its exit. Copy the other
   outputs to buffers of your own before the next network runs if the networks share their activations:
{connections}
3. After each stage except the last, call {decision}. It returns whether to stop.
4. Compare each exit with `golden.h`. Kernels of ST may round differently from TensorFlow Lite Micro's:
   then compare the class and the decision, and measure accuracy with the validation of the tool."""

PLAIN_C = """\
### Plain C

1. Run `make check` in `plain_c/` on the host: it must report no difference.
2. Add the sources of `plain_c/` to the project; they need C99 and no library.
3. Run the stages as its header says, and after each except the last call {decision}.
   It returns whether to stop."""

NO_PLAIN_C = """\
### Plain C

There is no `plain_c/` in this folder, for the reason given above. Use one of the other two ways."""


def into_a_project(content: FolderContent, interface: Interface) -> str:
    """Return the steps for TensorFlow Lite Micro, STM32Cube.AI and plain C."""
    golden, decision = content.golden, _decision(content.record.rule)
    tflm = TFLM.format(
        n_operators=len(interface.operators),
        operators=", ".join(interface.operators),
        n_golden=len(golden.inputs),
        golden_bytes=golden.inputs.nbytes + golden.exits.nbytes,
        sizes=interface.input.sizes,
        crossing_bytes=interface.crossing_bytes,
    )
    cube = CUBE.format(connections=_connections(interface), decision=decision)
    plain_c = PLAIN_C.format(decision=decision) if content.plain_c else NO_PLAIN_C
    return "\n\n".join((tflm, cube, plain_c))


def _decision(rule: Rule) -> str:
    """Return what is called after a stage, and with which arguments."""
    on_float, per_exit = rule.criterion == ENTROPY, rule.per_exit is not None
    arguments = ["the number of the exit, counted from 0"] if per_exit else []
    if on_float:
        arguments.append("the scores as real values, scale × (q − zero point)")
    elif per_exit:
        arguments.append("its softmax")
    function = f"trecx_leaves_{'at_' if per_exit else ''}{'float' if on_float else 'int8'}"
    given = f" with {', and '.join(arguments)}" if arguments else ""
    return f"`{function}` of `trecx_threshold.h`{given}"


def _connections(interface: Interface) -> str:
    lines = []
    for number, stage in enumerate(interface.stages, start=1):
        takes = ", ".join("the input" if slot == 0 else f"value {slot}" for slot in stage.takes)
        gives = ", ".join(["the softmax", *(f"value {slot}" for slot in stage.gives)])
        lines.append(f"   - stage {number} takes {takes}, and gives {gives}")
    return "\n".join(lines)
