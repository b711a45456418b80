"""A `.tflite` network, run one sample at a time by TensorFlow Lite's reference kernels.

These answer as TensorFlow Lite Micro's kernels do, but for a few in a thousand; XNNPACK, which TensorFlow
Lite takes by default, gives other scores for half of all samples.
"""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from trecx.errors import ModelError

_QUANTIZED = ("int8", "uint8")


class Interpreter:
    """A network that is ready to run.

    Attributes:
        input_shape: shape of one sample, without the batch.
        output_shapes: shape of each output for one sample, in the file's order.

    Args:
        content: of the `.tflite` file.

    Raises:
        ModelError: the input or an output is of a kind that is not supported.
        Exception: of any type, if TensorFlow Lite cannot run the file.
    """

    def __init__(self, content: bytes) -> None:
        self._network = _opened(content)
        self._set_batch()
        self._network.allocate_tensors()
        (self._input,) = self._network.get_input_details()
        self._outputs = self._network.get_output_details()
        for detail in (self._input, *self._outputs):
            _check_type(detail)
        self.input_shape = _shape(self._input)[1:]
        self.output_shapes = tuple(map(_shape, self._outputs))

    def _set_batch(self) -> None:
        details = self._network.get_input_details()
        if len(details) != 1:
            raise ModelError(f"it takes {len(details)} inputs; give a model that takes one sample")
        shape, declared = _shape(details[0]), tuple(map(int, details[0]["shape_signature"]))
        if len(shape) < 2 or min(*shape[1:], *declared[1:]) < 1:
            raise ModelError(f"it takes input of shape {declared}; convert it with all sizes fixed")
        if shape[0] != 1 and declared[0] >= 0:
            raise ModelError(f"it takes batches of {shape[0]} samples; convert it for a batch of one")
        if shape[0] != 1:
            self._network.resize_tensor_input(details[0]["index"], [1, *shape[1:]])

    def run(self, sample: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float64]]:
        """Return every output for one sample, each of shape (n_classes,), in the file's order.

        A quantized output is converted by its scale and zero point: an int8 softmax to (q + 128)/256.
        """
        self._network.set_tensor(self._input["index"], _quantized(sample, self._input)[None])
        self._network.invoke()
        return [self._value(output) for output in self._outputs]

    def _value(self, output: dict[str, Any]) -> npt.NDArray[np.float64]:
        levels = self._network.get_tensor(output["index"])[0].astype(np.float64)
        scale, zero_point = output["quantization"]
        return (levels - zero_point) * scale if scale else levels  # type: ignore[no-any-return]

    def shapes(self) -> dict[int, tuple[int, ...]]:
        """Return the shape of each tensor for one sample."""
        return {int(detail["index"]): _shape(detail) for detail in self._network.get_tensor_details()}


def _opened(content: bytes) -> Any:
    """Return TensorFlow Lite's interpreter, with the optimized kernels if a reference kernel is missing."""
    # Not at the top: there, a missing TensorFlow would fail before `trecx.nn` can say what to do.
    from tensorflow.lite.python.interpreter import Interpreter, OpResolverType

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a future version of TensorFlow moves it to a package of its own
        try:
            return Interpreter(
                model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1
            )
        except ValueError as error:
            if "Didn't find op" not in str(error):
                raise
            kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
            return Interpreter(model_content=content, experimental_op_resolver_type=kernels, num_threads=1)


def _quantized(sample: npt.NDArray[np.float32], detail: dict[str, Any]) -> npt.NDArray[Any]:
    scale, zero_point = detail["quantization"]
    if not scale:
        return sample.astype(detail["dtype"])
    limits = np.iinfo(detail["dtype"])
    levels = np.round(sample.astype(np.float64) / scale) + zero_point
    clipped: npt.NDArray[Any] = np.clip(levels, limits.min, limits.max).astype(detail["dtype"])
    return clipped


def _check_type(detail: dict[str, Any]) -> None:
    kind, name = np.dtype(detail["dtype"]).name, detail["name"]
    if kind not in ("float32", *_QUANTIZED):
        raise ModelError(f"its tensor {name!r} is of type {kind}; convert it with float32, int8 or uint8")
    if kind in _QUANTIZED and not detail["quantization"][0] > 0:
        raise ModelError(f"its tensor {name!r} is of type {kind} but has no scale; convert it again")


def _shape(detail: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(size) for size in detail["shape"])
