"""From a trained network to a staged int8 one, with the quantizer that keeps its predictions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from trecx.deploy.alignment import aligned
from trecx.deploy.conversion import convert_to_int8, float_bytes
from trecx.deploy.stages import StagedNetwork, cut_at_exits
from trecx.deploy.tflm import Levels
from trecx.deploy.tflm_processes import run_stages
from trecx.nn.exit_model import Batch, ExitModel
from trecx.nn.formats import read_network
from trecx.progress import Progress, silent
from trecx.scores import FloatArray

DEFAULT, OLDER = "default", "older"
WELL = 0.97  # share of equal predictions above which the default quantizer is not doubted


@dataclass(frozen=True, eq=False)
class Quantized:
    """A staged int8 network, stripped and aligned.

    Attributes:
        staged: the network.
        quantizer: `DEFAULT` or `OLDER`.
        agreement: share of the calibration samples with the same prediction as the float32 network, by exit,
            of shape (n_exits,).
        float_bytes: of the float32 network as a `.tflite` file.
    """

    staged: StagedNetwork
    quantizer: str
    agreement: FloatArray
    float_bytes: int


def quantize(path: Path, model: ExitModel, calibration: Batch, progress: Progress = silent) -> Quantized:
    """Convert a network to int8, and cut it at its exits.

    The default quantizer gives a concatenation's scale to everything that it pools, which can cost an exit 15
    points (feature maps joined). Where it changes more than a few predictions of the calibration samples, the
    older one is tried too, and the one that changes fewer at its worst exit is taken.

    Args:
        path: the model's file or folder.
        model: the same, read by `load_model`.
        calibration: input features, of shape (n, *model.input_shape).
        progress: called after every step.

    Raises:
        ModelError: it cannot be converted, cut or run; the message has the reason.
    """
    network, expected = read_network(path), model.predict(calibration).argmax(axis=2)
    found: list[Quantized] = []
    for quantizer in (DEFAULT, OLDER):
        progress("converting to int8", len(found), 2)
        whole = convert_to_int8(network, model.input_shape, calibration, quantizer == DEFAULT)
        staged = stripped(cut_at_exits(whole))
        agreement = np.mean(int8_exits(staged, [calibration]).argmax(axis=2) == expected, axis=0)
        found.append(Quantized(staged, quantizer, agreement, 0))
        if agreement.min() >= WELL:
            break
    progress("converting to int8", 2, 2)
    best = max(found, key=lambda each: float(each.agreement.min()))
    return replace(best, float_bytes=float_bytes(network, model.input_shape))


def stripped(staged: StagedNetwork) -> StagedNetwork:
    """Return the network with the file of each stage aligned; names were left out at the cut."""
    stages = tuple(replace(stage, content=aligned(stage.content)) for stage in staged.stages)
    return replace(staged, stages=stages)


def int8_exits(staged: StagedNetwork, batches: Iterator[Batch] | list[Batch]) -> Levels:
    """Return every exit's int8 softmax, of shape (n, n_exits, n_classes).

    Args:
        staged: the network.
        batches: input features, float32 of shape (n, *input_shape), a part of the samples at a time.

    Raises:
        ModelError: TensorFlow Lite Micro cannot run a stage, or is not installed.
    """
    return np.concatenate(list(run_stages(staged, (int8_input(staged, batch) for batch in batches))))


def int8_input(staged: StagedNetwork, batch: Batch) -> Levels:
    """Return input features in the steps of the network's input, of the same shape.

    Rounded half away from zero in float32, as TensorFlow Lite's QUANTIZE and the folder's C function do.
    """
    steps = np.asarray(batch, np.float32) / np.float32(staged.input.scale)
    whole = np.trunc(steps)
    levels = whole + np.where(np.abs(steps - whole) >= np.float32(0.5), np.sign(steps), np.float32(0))
    clipped: Levels = np.clip(levels + staged.input.zero_point, -128, 127).astype(np.int8)
    return clipped
