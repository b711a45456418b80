"""The only place that imports TensorFlow, Keras and keras-flops.

Keras is loaded here, before any module of this package needs it, so that it starts quietly. Building and
training networks needs Keras alone, on whatever backend `KERAS_BACKEND` names; scoring, counting FLOPs and
reading model files need `tf`, which is here only while Keras runs on TensorFlow (the default).
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from trecx.errors import ModelError, missing_tensorflow

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")


@contextmanager
def quiet_native_code() -> Iterator[None]:
    """Discard what native code writes to standard error: some of TensorFlow's ignores the log level."""
    sys.stderr.flush()
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


def _not_installed(error: ModuleNotFoundError) -> ModelError:
    backend = os.environ["KERAS_BACKEND"]
    if backend == "tensorflow" or error.name == "keras":
        cause = "" if str(error.name).partition(".")[0] in {"keras", "tensorflow"} else f" ({error})"
        return ModelError(missing_tensorflow() + cause)
    return ModelError(
        f"Keras cannot run on {backend!r} ({error}); install that backend, or unset KERAS_BACKEND to use "
        "TensorFlow"
    )


try:
    with quiet_native_code():
        import keras

        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf
except ModuleNotFoundError as error:
    raise _not_installed(error) from error

if keras.backend.backend() == "tensorflow":
    # Users cannot act on deprecation warnings about TensorFlow's own calls.
    tf.get_logger().setLevel(logging.ERROR)


def __getattr__(name: str) -> Any:
    """Explain why `tf` is missing if Keras runs on another backend."""
    if name == "tf":
        raise ModelError(
            f"scoring, FLOPs and model files need TensorFlow, but Keras runs on "
            f"{keras.backend.backend()!r}; unset KERAS_BACKEND and run the command again"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["keras", "quiet_native_code", "tf"]
