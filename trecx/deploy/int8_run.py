"""A trained network as a staged int8 one, scored with TensorFlow Lite Micro's kernels and stored as a run."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from trecx.datasets.samples import SampleSet
from trecx.datasets.splits import hold_back
from trecx.deploy.calibration import CalibrationSamples
from trecx.deploy.golden import GoldenSamples
from trecx.deploy.quantization import OLDER, Quantized, int8_exits, int8_input, quantize, stripped
from trecx.deploy.stages import StagedNetwork, cut_at_exits
from trecx.deploy.tflm import require_tflm
from trecx.deploy.tflm_processes import arena_uses, run_stages
from trecx.errors import ModelError
from trecx.nn.exit_model import Batch, ExitModel
from trecx.nn.formats import TFLITE_SUFFIX
from trecx.nn.models import load_model
from trecx.nn.scored_run import described, score_described
from trecx.nn.scoring import check_match, network_input
from trecx.progress import Progress, silent
from trecx.scores import ExitScores
from trecx.scores.deployment import DeployedStage, Deployment
from trecx.store import Provenance, Run, Store

N_GOLDEN = 10
GIVEN = "given"  # the quantizer of a network that came as int8
LOSS_WARNED, ENOUGH = 0.01, 100
_AT_ONCE = 256
CountInstructions = Callable[[StagedNetwork, GoldenSamples], Sequence[int] | None]


@dataclass(frozen=True, eq=False)
class Int8Run:
    """A staged int8 network with its scores.

    Attributes:
        run: the run of its scores, precision int8.
        new: whether it was stored now.
        float_run: the run of the float32 network over the same samples; None if it came as int8.
        staged: the network.
        golden: samples with every exit's bytes.
        warnings: sentences about what was lost, and the likely cause.
    """

    run: Run
    new: bool
    float_run: Run | None
    staged: StagedNetwork
    golden: GoldenSamples
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class PreparedNetwork:
    """A staged network before it is scored.

    Attributes:
        model: the model that was given.
        staged: its int8 stages.
        quantized: how they were made; None if the model came as int8.
        calibration: the samples that set the scales; likewise.
    """

    model: ExitModel
    staged: StagedNetwork
    quantized: Quantized | None
    calibration: CalibrationSamples | None

    @cached_property
    def whole(self) -> bytes:
        """The `.tflite` file of the network before the cut, stripped and aligned like the stages."""
        return stripped(self.staged.uncut()).stages[0].content


def store_int8_run(
    store: Store,
    path: Path,
    system: str,
    samples: SampleSet,
    calibration: CalibrationSamples,
    training: Mapping[str, Any] | None = None,
    instructions: CountInstructions | None = None,
    progress: Progress = silent,
) -> Int8Run:
    """Make a network's staged int8 form, score it on all samples, and store the scores.

    The float32 network is scored first, unless its scores are stored already. The same int8 network is not
    scored twice.

    Args:
        store: the store of the runs.
        path: the model's file or folder; a `.tflite` file is taken as it is.
        system: name of the model's design.
        samples: the samples to score.
        calibration: the samples that set the scales.
        training: the training settings, if the model was trained here.
        instructions: counts the Cortex-M4 instructions of each stage; None: not counted.
        progress: called with the progress of each step.

    Raises:
        ModelError: the model cannot be read, converted, cut or run, or TensorFlow Lite Micro is missing.
        StoreError: a run cannot be stored.
    """
    require_tflm()
    progress("reading the model", 0, None)
    model = load_model(path)
    progress("reading the model", 1, 1)
    samples, provenance = described(path, model, system, samples, training, progress)
    check_match(model, samples)
    prepared = prepare_network(path, model, calibration, progress)
    float_run = None
    if prepared.quantized:
        float_run, _ = score_described(store, model, samples, provenance, False, progress)
    golden = golden_samples(model, prepared.staged, samples)
    counts = instructions(prepared.staged, golden) if instructions else None
    provenance = _of_int8(provenance, prepared)
    run = store.find_scored(provenance, samples.class_names, samples.names, samples.labels)
    new = run is None
    if run is None:
        known = {"deployment": _deployment(prepared, counts).document()}
        provenance = replace(provenance, training=provenance.training | known)
        scores = _scores(model, prepared.staged, samples, progress)
        run = store.save_run(provenance, scores, again=True, progress=progress)
    return Int8Run(run, new, float_run, prepared.staged, golden, losses(run, float_run))


def losses(run: Run, float_run: Run | None) -> tuple[str, ...]:
    """Return a sentence for each exit that loses more than one point of accuracy in int8."""
    if float_run is None:
        return ()
    pairs = enumerate(zip(float_run.standalone_accuracy, run.standalone_accuracy, strict=True), start=1)
    return tuple(
        f"Exit {number} loses {100 * (before - after):.1f} pt in int8: {100 * before:.2f} % in float32, "
        f"{100 * after:.2f} % on the device. {_cause(run)}"
        for number, (before, after) in pairs
        if before - after > LOSS_WARNED
    )


def _cause(run: Run) -> str:
    known = run.deployment
    if known and known.calibration and known.calibration.n_samples < ENOUGH:
        return (
            f"The scales come from {known.calibration.n_samples} calibration samples, which is few: "
            f"calibrate with {ENOUGH} or more."
        )
    if known and known.quantizer == OLDER:
        return (
            "Both quantizers of the converter lose accuracy here: tensors of very different ranges share one "
            "scale, as where feature maps are pooled and joined. Add a batch normalization before the joint, "
            "or train with quantization in mind."
        )
    return (
        "Probably a few large activations stretch the scale of a tensor: try other or more calibration "
        "samples, or train with quantization in mind."
    )


def prepare_network(
    path: Path, model: ExitModel, calibration: CalibrationSamples, progress: Progress = silent
) -> PreparedNetwork:
    """Return the int8 stages of a model.

    Args:
        path: the model's file or folder; a `.tflite` file is taken as it is.
        model: the same, read by `load_model`.
        calibration: the samples that set the scales.
        progress: called with the progress of each step.

    Raises:
        ModelError: it cannot be converted, cut or run; the message has the reason.
    """
    if path.suffix == TFLITE_SUFFIX:
        return PreparedNetwork(model, stripped(cut_at_exits(path.read_bytes())), None, None)
    features = np.concatenate(list(_batches(model, calibration.samples)))
    quantized = quantize(path, model, features, progress)
    _check_cut(quantized.staged, features)
    return PreparedNetwork(model, quantized.staged, quantized, calibration)


def _check_cut(staged: StagedNetwork, features: Batch) -> None:
    """Check that the stages give the bytes of the network that was cut."""
    if not np.array_equal(int8_exits(staged, [features]), int8_exits(staged.uncut(), [features])):
        raise ModelError(
            "the stages give other scores than the whole network, so nothing was written; report this network"
        )


def _batches(model: ExitModel, samples: SampleSet) -> Iterator[Batch]:
    for raw in samples.batches(_AT_ONCE):
        yield network_input(model, samples, raw)


def golden_samples(model: ExitModel, staged: StagedNetwork, samples: SampleSet) -> GoldenSamples:
    """Choose ten samples, every class in proportion, and run them.

    Raises:
        ModelError: TensorFlow Lite Micro cannot run a stage, or is not installed.
    """
    _, chosen = hold_back(samples.names, samples.labels, min(N_GOLDEN, len(samples.names)))
    features = np.concatenate(list(_batches(model, samples.part(chosen, samples.split))))
    return GoldenSamples(int8_input(staged, features), int8_exits(staged, [features]))


def _scores(model: ExitModel, staged: StagedNetwork, samples: SampleSet, progress: Progress) -> ExitScores:
    n_samples, found, done = len(samples.names), [], 0
    progress("scoring the stages", done, n_samples)
    for levels in run_stages(staged, (int8_input(staged, batch) for batch in _batches(model, samples))):
        found.append(levels)
        done += len(levels)
        progress("scoring the stages", done, n_samples)
    return ExitScores(
        labels=samples.labels,
        exit_flops=model.exit_flops,
        probabilities=(np.concatenate(found).astype(np.float32) + np.float32(128)) / np.float32(256),
        class_names=samples.class_names,
        sample_names=samples.names,
    )


def _deployment(prepared: PreparedNetwork, counts: Sequence[int] | None) -> Deployment:
    staged, quantized = prepared.staged, prepared.quantized
    stages = tuple(
        DeployedStage(len(stage.content), *use, count)
        for stage, use, count in zip(
            staged.stages, arena_uses(staged), counts or (None,) * staged.n_exits, strict=True
        )
    )
    return Deployment(
        prepared.model.sha256 if quantized else None,
        quantized.quantizer if quantized else GIVEN,
        prepared.calibration.record if prepared.calibration else None,
        stages,
        len(prepared.whole),
        quantized.float_bytes if quantized else None,
        sum(staged.slot_bytes.values()),
    )


def _of_int8(provenance: Provenance, prepared: PreparedNetwork) -> Provenance:
    """Return the provenance of the int8 network's scores, but for what is known of the deployment."""
    return replace(
        provenance,
        model_sha256=hashlib.sha256(prepared.whole).hexdigest(),
        versions=provenance.versions | {"tflite-micro": version("tflite-micro")},
        training=provenance.training | {"precision": "int8"},
    )
