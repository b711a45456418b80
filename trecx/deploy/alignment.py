"""Alignment of a `.tflite` file, so that a microcontroller reads its weights where they lie in flash."""

import tempfile
from pathlib import Path

from trecx.deploy.tflm import without_tflm


def aligned(content: bytes) -> bytes:
    """Return a `.tflite` file with every buffer at a multiple of 16 bytes, packed by TensorFlow Lite Micro.

    Raises:
        ModelError: TensorFlow Lite Micro is not installed.
    """
    with without_tflm():
        from tflite_micro.tensorflow.lite.micro.tools import tflite_flatbuffer_align_wrapper as wrapper
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "before.tflite"), Path(folder, "after.tflite")
        before.write_bytes(content)
        wrapper.align_tflite_model(str(before), str(after))
        return after.read_bytes()
