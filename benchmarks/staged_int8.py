"""Time per sample of int8 stages against the int8 baseline, with TensorFlow Lite Micro on this computer."""

import time

import numpy as np

from benchmarks.measure import Row
from trecx.datasets.download import fetch_dataset, fetch_models
from trecx.datasets.samples import SampleSet, open_samples
from trecx.datasets.splits import hold_back
from trecx.deploy.tflm import Levels, StagedInterpreter, StagePart
from trecx.device.instructions import exit_instructions
from trecx.scores import FloatArray, IntArray
from trecx.store import Run, Store

N_SAMPLES = 300
THRESHOLDS = (0.7, 0.9, 0.97)


def rows() -> list[Row]:
    """Measure kws/trecx and vww/trecx at three ρ; stages and baseline take turns, sample by sample."""
    return [row for task in ("kws", "vww") for row in _rows_of(task)]


def _rows_of(task: str) -> list[Row]:
    from trecx.deploy.calibration import CalibrationChoice, choose_calibration
    from trecx.deploy.int8_run import prepare_network
    from trecx.deploy.quantization import int8_input
    from trecx.nn.models import load_model
    from trecx.nn.scoring import network_input

    samples, paths = _some_samples(task), fetch_models(task)
    calibration = choose_calibration(samples, samples, CalibrationChoice())
    networks, inputs = [], []
    for system in ("trecx", "baseline"):
        model = load_model(paths[system])
        staged = prepare_network(paths[system], model, calibration).staged
        networks.append(
            StagedInterpreter([StagePart(s.content, s.takes, s.gives, s.n_exits) for s in staged.stages])
        )
        inputs.append(int8_input(staged, network_input(model, samples, samples.raw[:])))
    return [_measured(task, threshold, networks, inputs) for threshold in THRESHOLDS]


def _measured(task: str, threshold: float, networks: list[StagedInterpreter], inputs: list[Levels]) -> Row:
    q = int(np.ceil(threshold * 256)) - 128
    spent, exits = np.zeros((2, N_SAMPLES)), np.zeros(N_SAMPLES, np.int64)
    for sample in range(N_SAMPLES):
        for side, (network, levels) in enumerate(zip(networks, inputs, strict=True)):
            start = time.perf_counter()
            stopped = _exit_of(network, levels[sample], q)
            spent[side, sample] = 1000 * (time.perf_counter() - start)
            if side == 0:
                exits[sample] = stopped
    return _row(task, threshold, spent.mean(axis=1), exits)


def _exit_of(network: StagedInterpreter, sample: Levels, q: int) -> int:
    """Run the stages until an exit is sure enough, or the last one has answered."""
    passed = 0
    for softmax in network.each_exit(sample):
        if softmax.max() >= q:
            return passed
        passed += 1
    return passed - 1


def _some_samples(task: str) -> SampleSet:
    fetch_dataset(task)
    samples = open_samples(task)
    _, chosen = hold_back(samples.names, samples.labels, N_SAMPLES)
    return samples.part(chosen, "test")


def _row(task: str, threshold: float, mean_ms: FloatArray, exits: IntArray) -> Row:
    store = Store()
    run, baseline = (store.find_run(f"{task}/{system}:int8") for system in ("trecx", "baseline"))
    by_flops, by_instructions = (
        np.asarray(of(run))[exits].mean() / of(baseline)[-1] for of in (_flops, _instructions)
    )
    return Row(
        f"staged int8 {task}/trecx, ρ = {threshold} (mean)",
        "int8 baseline; TensorFlow Lite Micro, one sample at a time, taking turns",
        len(exits),
        float(mean_ms[0]),
        float(mean_ms[1]),
        f"in FLOPs {by_flops:.2f}, in Cortex-M4 instructions {by_instructions:.2f}; exit rate "
        f"{100 * np.mean(exits == 0):.0f} %",
    )


def _flops(run: Run) -> list[int]:
    return list(run.exit_flops)


def _instructions(run: Run) -> list[int]:
    counted = exit_instructions(run)
    assert counted is not None  # data/instruction_counts.csv has every published network
    return [int(count) for count in counted]
