"""From a trained network to the folder that firmware is built from: every step of `deploy`."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trecx.datasets.samples import SampleSet
from trecx.deploy.calibration import CalibrationSamples
from trecx.deploy.cortex_m4 import count_instructions, missing_emulator
from trecx.deploy.folder import FloatComparison, FolderContent, check_folder, write_folder
from trecx.deploy.golden import GoldenSamples
from trecx.deploy.int8_run import Int8Run, store_int8_run
from trecx.deploy.plain_c import unsupported_operators, write_plain_c
from trecx.deploy.stages import StagedNetwork
from trecx.errors import ExportError, ModelError
from trecx.progress import Progress, silent
from trecx.saved_points.record import PointRecord
from trecx.scores.deployment import Deployment
from trecx.store import Run, Store
from trecx.store.run_context import answers_of
from trecx.threshold.decision_differences import decision_difference
from trecx.threshold.per_exit.decision import by_thresholds

PointOf = Callable[[Run], PointRecord]


@dataclass(frozen=True, eq=False)
class Deployed:
    """What `deploy` made: the int8 run, and the document of the folder (`report.json`)."""

    int8: Int8Run
    document: Mapping[str, Any]


@dataclass(eq=False)
class _PlainC:
    """Plain C of a network's stages; made and counted when the stages are known."""

    progress: Progress
    files: dict[str, bytes] = field(default_factory=dict)
    missing: str = ""
    uncounted: str = ""
    instructions: tuple[int, ...] | None = None

    def count(self, staged: StagedNetwork, golden: GoldenSamples) -> Sequence[int] | None:
        """Write the plain C, and count its instructions; None if either cannot be done here."""
        if lacking := unsupported_operators(staged):
            self.missing = f"Plain C has no {', '.join(lacking)}; the .tflite stages need none of it."
            return None
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            try:
                write_plain_c(staged, golden, place)
            except ModelError as error:
                self.missing = f"There is no plain C: {error}."
                return None
            self.files = {
                path.relative_to(place).as_posix(): path.read_bytes()
                for path in sorted(place.rglob("*"))
                if path.is_file()
            }
            if lacking := missing_emulator():
                self.uncounted = f"Instructions were not counted: there is no {', '.join(lacking)} here."
                return None
            self.progress("counting instructions", 0, None)
            try:
                self.instructions = tuple(count_instructions(place))
            except ExportError as error:  # too large for the emulated board, for example
                self.uncounted = f"Instructions were not counted: {error}."
            self.progress("counting instructions", 1, 1)
            return self.instructions

    def warnings(self, deployment: Deployment) -> list[str]:
        """Return what is missing; counts that an earlier deployment of the same stages has are not."""
        counted = all(stage.instructions is not None for stage in deployment.stages)
        return [told for told in (self.missing, "" if counted else self.uncounted) if told]


def deploy_model(
    store: Store,
    path: Path,
    system: str,
    samples: SampleSet,
    calibration: CalibrationSamples,
    point_of: PointOf,
    out: Path,
    training: Mapping[str, Any] | None = None,
    progress: Progress = silent,
) -> Deployed:
    """Make a network's staged int8 form, store its run, and write its folder.

    Each result is whole or absent: the float32 run, the int8 run, the folder. What was stored before a kill
    is found again by the next call.

    Args:
        store: the store of the runs.
        path: the model's file or folder.
        system: name of the model's design.
        samples: the samples that accuracy is reported on.
        calibration: the samples that set the scales.
        point_of: returns the operating point of the int8 run.
        out: the folder to write.
        training: the training settings, if the model was trained here.
        progress: called with the progress of each step.

    Raises:
        ExportError: `out` is not a folder that may be replaced.
        ModelError: the model cannot be converted, cut or run; the message has the reason.
        StoreError: a run cannot be stored.
    """
    check_folder(out)
    plain_c = _PlainC(progress)
    int8 = store_int8_run(store, path, system, samples, calibration, training, plain_c.count, progress)
    record = point_of(int8.run)
    deployment = int8.run.deployment
    assert deployment is not None  # its run was stored with one
    content = FolderContent(
        network=int8.staged,
        run=int8.run,
        record=record,
        deployment=deployment,
        golden=int8.golden,
        float32=_comparison(store, int8, record),
        warnings=(*int8.warnings, *plain_c.warnings(deployment)),
        plain_c=plain_c.files,
        no_plain_c=plain_c.missing,
        instructions=plain_c.instructions,
        versions=int8.run.versions,
    )
    progress("writing the folder", 0, None)
    report = write_folder(content, out)[-1]
    progress("writing the folder", 1, 1)
    return Deployed(int8, json.loads(report.read_text(encoding="utf-8")))


def _comparison(store: Store, int8: Int8Run, record: PointRecord) -> FloatComparison | None:
    """Return how often the float32 network decides as the device does, on the samples of the point."""
    if int8.float_run is None:
        return None
    rule = record.rule
    runs = int8.float_run, int8.run
    before, after = (answers_of(store, run, rule.criterion, record.half) for run in runs)
    if (stepped := rule.effective_per_exit) is not None:
        before, after = by_thresholds(before, stepped), by_thresholds(after, stepped)
    differing = decision_difference(before, after, rule.at)
    agreement = 1 - differing.exits / differing.samples
    return FloatComparison(int8.float_run.run_id, agreement, int8.float_run.standalone_accuracy)
