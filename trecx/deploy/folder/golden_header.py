"""`golden.h`: inputs, and the bytes that every exit must give for them."""

import numpy as np
import numpy.typing as npt

from trecx.deploy.folder.c_parts import byte_list, header
from trecx.deploy.folder.content import FolderContent


def golden_h(content: FolderContent) -> str:
    """Return the header of the golden samples; it takes as much flash as its inputs have bytes."""
    golden = content.golden
    n_samples = len(golden.inputs)
    inputs = ",\n".join(_row(row.reshape(-1)) for row in golden.inputs)
    exits = ",\n".join(
        "    {\n" + ",\n".join(_row(row, "        ") for row in sample) + "}" for sample in golden.exits
    )
    parts = [
        f"#define TRECX_N_GOLDEN {n_samples}",
        f"static const int8_t trecx_golden_input[TRECX_N_GOLDEN][TRECX_INPUT_BYTES] = {{\n{inputs}}};",
        "static const int8_t trecx_golden_softmax[TRECX_N_GOLDEN][TRECX_N_EXITS][TRECX_N_CLASSES] = {\n"
        f"{exits}}};",
    ]
    about = [("golden samples", f"{n_samples} inputs, and the softmax of every exit, byte by byte")]
    return header("TRECX_GOLDEN_H", about, ("<stdint.h>", '"model_settings.h"'), parts)


def _row(values: npt.NDArray[np.int8], indent: str = "    ") -> str:
    return f"{indent}{{\n{byte_list(values, indent + '    ')}}}"
