"""What a deployment's folder is written from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trecx.deploy.golden import GoldenSamples
from trecx.saved_points.record import PointRecord
from trecx.scores.deployment import Deployment
from trecx.scores.run import Run

if TYPE_CHECKING:  # it needs TensorFlow, and the folder does not
    from trecx.deploy.stages import StagedNetwork


@dataclass(frozen=True)
class FloatComparison:
    """The float32 run that a deployment is compared with.

    Attributes:
        run_id: its id.
        agreement: share of samples with the same exit and the same prediction at ρ, 0..1.
        accuracy: accuracy of each exit for all samples, 0..1.
    """

    run_id: str
    agreement: float
    accuracy: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class FolderContent:
    """A deployment with all that its folder tells.

    Attributes:
        network: the stages, stripped and aligned.
        run: the int8 run: the scores of these stages.
        record: the operating point of that run.
        deployment: origin, size and memory of the stages.
        golden: samples with the expected bytes of every exit.
        float32: the float32 run of the same network; None if there is none.
        warnings: what the user must know, one sentence each.
        plain_c: files of `plain_c/`, by their name in it; empty if there are none.
        no_plain_c: why there are none, as a sentence.
        instructions: Cortex-M4 instructions of the plain C of each stage; None: those of the deployment.
        versions: version of each software that was used.
    """

    network: "StagedNetwork"
    run: Run
    record: PointRecord
    deployment: Deployment
    golden: GoldenSamples
    float32: FloatComparison | None = None
    warnings: tuple[str, ...] = ()
    plain_c: Mapping[str, bytes] = field(default_factory=dict)
    no_plain_c: str = ""
    instructions: tuple[int, ...] | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def n_stages(self) -> int:
        """Number of stages, one for each exit."""
        return len(self.network.stages)

    @property
    def stage_files(self) -> tuple[str, ...]:
        """Name of each stage's `.tflite` file."""
        return tuple(f"stage_{number}.tflite" for number in range(1, self.n_stages + 1))

    @property
    def stage_instructions(self) -> tuple[int | None, ...]:
        """Cortex-M4 instructions of each stage; None where they are not counted."""
        return self.instructions or tuple(stage.instructions for stage in self.deployment.stages)

    @property
    def expected_instructions(self) -> float | None:
        """Mean instructions per inference at ρ; None if those of a stage are not counted."""
        spent, total = 0.0, 0
        stopping: list[float] = self.record.numbers["exit_samples"]
        for here, instructions in zip(stopping, self.stage_instructions, strict=True):
            if instructions is None:
                return None
            total += instructions
            spent += here * total
        return spent / sum(stopping)
