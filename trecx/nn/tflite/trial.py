"""A process that runs a `.tflite` file from its standard input once: `python -m trecx.nn.tflite.trial`.

TensorFlow Lite is C++ that trusts much of what a file says. A file that makes it crash, never end or take all
memory ends this process, and not the one that asked.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np

import trecx
from trecx.errors import ModelError
from trecx.files.process_limits import limit_process
from trecx.nn.reasons import whole_reason
from trecx.nn.tflite.graph import AGAIN
from trecx.nn.tflite.interpreter import Interpreter

_WAIT_S, _WORK_S = 300, 100
_MEMORY_BYTES = 4 * 1024**3
_ROOT = Path(trecx.__file__).parents[1]


def try_in_process(content: bytes) -> None:
    """Run a `.tflite` file on three samples in another process.

    Raises:
        ModelError: it cannot be run; the message has the reason.
    """
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=_WAIT_S, check=False, cwd=_ROOT
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(
            f"TensorFlow Lite did not finish three samples in {_WAIT_S} s; give a smaller model"
        ) from error
    if done.returncode < 0:
        raise ModelError(
            f"TensorFlow Lite crashed on it (signal {-done.returncode}), so it is damaged or hostile; {AGAIN}"
        )
    if done.returncode:
        said = done.stdout.decode("utf-8", "replace").strip() or f"status {done.returncode}"
        raise ModelError(said)


def _complaint(content: bytes) -> str:
    """Return why a file cannot be run; nothing if it can."""
    try:
        network = Interpreter(content)
        for sample in np.random.default_rng(0).normal(size=(3, *network.input_shape)):
            network.run(sample.astype(np.float32))
    except ModelError as error:
        return str(error)
    except Exception as error:  # TensorFlow Lite's errors are of many types
        return f"TensorFlow Lite cannot run it ({whole_reason(error)}); {AGAIN}"
    return ""


if __name__ == "__main__":
    limit_process(_MEMORY_BYTES, _WORK_S)
    complaint = _complaint(sys.stdin.buffer.read())
    print(complaint)
    sys.exit(1 if complaint else 0)
