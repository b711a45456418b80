"""`model_data.h` and `model_data.cc`: the stages as arrays, and how they are connected."""

from collections.abc import Iterator

from trecx.deploy.folder.c_parts import byte_list, header
from trecx.deploy.folder.content import FolderContent
from trecx.deploy.folder.interface import Interface
from trecx.exporting.c_text import comment_block

DECLARATIONS = """\
/* One stage: a network of TensorFlow Lite, and the slots of its inputs and further outputs. Its first output
 * is the softmax of its exit. Slot 0 is the network's input; slots 1, 2, ... cross from stage to stage. */
typedef struct {
    const unsigned char *model; /* aligned to 16 bytes */
    size_t model_bytes;
    int n_takes;
    int takes[TRECX_MOST_TENSORS];
    int n_gives;
    int gives[TRECX_MOST_TENSORS];
} TrecxStage;

/* Bytes of a slot, and where it starts among TRECX_CROSSING_BYTES; slot 0 is not stored there. */
typedef struct {
    size_t offset;
    size_t bytes;
} TrecxSlot;

extern const TrecxStage trecx_stages[TRECX_N_EXITS];
extern const TrecxSlot trecx_slots[TRECX_N_SLOTS + 1];"""


def model_data_h(content: FolderContent, interface: Interface) -> str:
    """Return the header that declares the stages."""
    about = [("stages", f"of {content.run.run_id}, to be run in this order")]
    most = max(1, *(max(len(stage.takes), len(stage.gives)) for stage in interface.stages))
    parts = [f"#define TRECX_MOST_TENSORS {most}", DECLARATIONS]
    return header("TRECX_MODEL_DATA_H", about, ("<stddef.h>", '"model_settings.h"'), parts)


def model_data_cc(content: FolderContent, interface: Interface) -> str:
    """Return the source that defines the stages."""
    arrays = [
        f"alignas(16) static const unsigned char trecx_stage_{number}[] = {{\n{byte_list(stage.content)}}};"
        for number, stage in enumerate(content.network.stages, start=1)
    ]
    return "\n\n".join(
        [
            comment_block([("stages", f"of {content.run.run_id}")]),
            '#include "model_data.h"',
            *arrays,
            "const TrecxStage trecx_stages[TRECX_N_EXITS] = {\n" + ",\n".join(_stages(interface)) + "};",
            "const TrecxSlot trecx_slots[TRECX_N_SLOTS + 1] = {\n" + ",\n".join(_slots(interface)) + "};\n",
        ]
    )


def _stages(interface: Interface) -> Iterator[str]:
    for number, stage in enumerate(interface.stages, start=1):
        name = f"trecx_stage_{number}"
        takes, gives = _numbers(stage.takes), _numbers(stage.gives)
        yield f"    {{{name}, sizeof {name}, {len(stage.takes)}, {takes}, {len(stage.gives)}, {gives}}}"


def _numbers(slots: tuple[int, ...]) -> str:
    return "{" + ", ".join(map(str, slots or (0,))) + "}"


def _slots(interface: Interface) -> Iterator[str]:
    yield "    {0, TRECX_INPUT_BYTES}"
    offset = 0
    for number, slot in enumerate(interface.slots, start=1):
        yield f"    {{{offset}, TRECX_SLOT_{number}_BYTES}}"
        offset += slot.n_bytes
