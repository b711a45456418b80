"""A `.tflite` file as a model with exits."""

from pathlib import Path

import numpy as np

from trecx.errors import ModelError
from trecx.nn.exit_model import Batch, ExitModel, class_count
from trecx.nn.formats import sha256_of
from trecx.nn.graphs import exit_order
from trecx.nn.reasons import whole_reason
from trecx.nn.tflite.flops import check_operators, count_exit_flops, parameter_count
from trecx.nn.tflite.graph import MAX_BYTES, read_operators
from trecx.nn.tflite.interpreter import Interpreter
from trecx.nn.tflite.trial import try_in_process


def load_tflite(path: Path) -> ExitModel:
    """Read a `.tflite` file, order its exits, and count their FLOPs.

    The file is data: its operators are read first, then it is run in another process, and only then in this
    one.

    Raises:
        ModelError: it is damaged, cannot be run, has an operator whose operations are not known, or an
            output that is no exit.
    """
    content = _content(path)
    try:
        graph = read_operators(content)
        check_operators(graph)
        try_in_process(content)
        network = Interpreter(content)
    except ModelError as error:
        raise ModelError(f"{path} cannot be scored: {error}") from error
    n_classes = class_count(path.name, network.output_shapes)
    order = exit_order(graph)
    shapes = network.shapes()

    def run(batch: Batch) -> Batch:
        try:
            outputs = np.array([network.run(sample) for sample in batch], np.float32)
        except (RuntimeError, ValueError) as error:  # as TensorFlow Lite's errors arrive here
            raise ModelError(
                f"{path.name} stopped on a sample: {whole_reason(error)}; convert the model again, or run it "
                "in its own environment, and import its scores (docs/bring-your-own.md)"
            ) from error
        return outputs.reshape(-1, len(order), n_classes)[:, order]

    return ExitModel(
        name=path.name,
        sha256=sha256_of(path),
        input_shape=network.input_shape,
        n_exits=len(order),
        n_classes=n_classes,
        parameters=parameter_count(graph, shapes),
        exit_flops=count_exit_flops(graph, shapes, order),
        _run=run,
        precision="int8" if any(map(graph.is_quantized, graph.outputs)) else "float32",
    )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ModelError(f"{path} is larger than {MAX_BYTES // 1024**2} MiB; give a smaller model")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); check its permissions") from error
