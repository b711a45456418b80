"""What is known of the staged int8 network that gave a run's scores."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Calibration:
    """The samples that set the scales of the activations.

    Attributes:
        n_samples: how many.
        dataset: title of their dataset.
        split: their split.
        seed: seed of the choice.
        scored: whether the run's accuracy is reported on them too, as no other samples were at hand.
    """

    n_samples: int
    dataset: str
    split: str
    seed: int
    scored: bool


@dataclass(frozen=True)
class DeployedStage:
    """One stage of a deployment.

    Attributes:
        n_bytes: of its `.tflite` file: flash.
        arena_bytes: of its tensor arena if it runs alone: RAM.
        kept_bytes: of the arena, what stays allocated between inferences.
        instructions: Cortex-M4 instructions of its plain C for one sample; None if not counted.
    """

    n_bytes: int
    arena_bytes: int
    kept_bytes: int
    instructions: int | None = None


@dataclass(frozen=True)
class Deployment:
    """A staged int8 network: its origin, size and memory.

    Attributes:
        float_sha256: hash of the model that was converted; None if it came as int8.
        quantizer: `default`, or `older` where the default one loses accuracy.
        calibration: the calibration samples; None if it came as int8.
        stages: one for each exit.
        whole_bytes: of the network before the cut, stripped and aligned, as a `.tflite` file.
        float_bytes: of the float32 network as a `.tflite` file; None if it came as int8.
        crossing_bytes: RAM for the values that pass from stage to stage.
    """

    float_sha256: str | None
    quantizer: str
    calibration: Calibration | None
    stages: tuple[DeployedStage, ...]
    whole_bytes: int
    float_bytes: int | None
    crossing_bytes: int

    @property
    def calibration_sentence(self) -> str:
        """Which samples set the scales, and whether accuracy is reported on them too."""
        known = self.calibration
        if known is None:
            return "The network came as int8; the samples that set its scales are not known here."
        samples = f"{known.n_samples:,} samples of {known.dataset} ({known.split}) set the scales"
        if known.scored:
            return f"{samples}; accuracy is reported on them too, as no other samples were at hand."
        return f"{samples}; accuracy is not reported on them."

    @property
    def flash_bytes(self) -> int:
        """Bytes of all stages."""
        return sum(stage.n_bytes for stage in self.stages)

    @property
    def arena_bytes(self) -> int:
        """Bytes of one arena that all stages share: what each keeps, and the largest working memory."""
        working = max(stage.arena_bytes - stage.kept_bytes for stage in self.stages)
        return working + sum(stage.kept_bytes for stage in self.stages)

    @property
    def ram_bytes(self) -> int:
        """Bytes of the shared arena and of the values that pass from stage to stage."""
        return self.arena_bytes + self.crossing_bytes

    def document(self) -> dict[str, Any]:
        """Return it as JSON can hold it; `from_document` reads it."""
        return asdict(self)

    @classmethod
    def in_training(cls, training: Mapping[str, Any]) -> Self | None:
        """Return the deployment in the training settings of a run; None if its scores are others."""
        known = training.get("deployment")
        return cls.from_document(known) if known else None

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return what `document` wrote."""
        calibration = document["calibration"]
        return cls(
            **{
                **document,
                "calibration": Calibration(**calibration) if calibration else None,
                "stages": tuple(DeployedStage(**stage) for stage in document["stages"]),
            }
        )
