"""Counts the instructions of all known models: `python -m trecx.jobs.instruction_counts`.

Their int8 stages are made as `deploy` makes them; the plain C of each is run by an emulated Cortex-M4.
"""

import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from trecx.deploy.cortex_m4 import count_instructions, how_counted
from trecx.device.instructions import InstructionCounts, write_instruction_counts
from trecx.errors import TrecxError
from trecx.files.paths import INSTRUCTION_COUNTS
from trecx.jobs.known_models import PUBLISHED, KnownModel, known_models
from trecx.jobs.model_deployment import deployment_samples
from trecx.progress import Progress, silent


def count_known(models: Iterable[KnownModel], progress: Progress = silent) -> Iterator[InstructionCounts]:
    """Yield the instructions of each model; of a network that was trained several times, those of seed 0.

    Raises:
        ExportError: the compiler or the emulator is missing or fails.
        TrecxError: a model or its samples cannot be read.
    """
    chosen = [model for model in models if model.training.get("seed", 0) == 0]
    for done, model in enumerate(chosen):
        progress(f"{model.task}/{model.system}, {model.source}", done, len(chosen))
        yield _counts(model)


def _counts(model: KnownModel) -> InstructionCounts:
    # TensorFlow is loaded only where a model is run
    from trecx.deploy.int8_run import golden_samples, prepare_network
    from trecx.deploy.plain_c import write_plain_c
    from trecx.nn.models import load_model

    tested, calibration = deployment_samples(model)
    network = load_model(model.path)
    staged = prepare_network(model.path, network, calibration).staged
    with tempfile.TemporaryDirectory() as folder:
        write_plain_c(staged, golden_samples(network, staged, tested), Path(folder))
        stages = tuple(count_instructions(Path(folder)))
    exit_flops = tuple(map(int, network.exit_flops))
    reference = model.source == PUBLISHED and model.system == "baseline"
    return InstructionCounts(
        model.task, model.system, model.source, exit_flops, stages, reference, how_counted()
    )


def _tell(what: str, done: int, total: int | None) -> None:
    print(f"{done + 1} of {total}: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        write_instruction_counts(INSTRUCTION_COUNTS, list(count_known(known_models(), _tell)))
    except TrecxError as error:
        sys.exit(f"error: {error}")
