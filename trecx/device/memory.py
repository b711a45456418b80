"""Flash and RAM of a staged int8 network, against those of its baseline."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from trecx.device.instructions import ScoredNetwork
from trecx.scores.deployment import Deployment


@dataclass(frozen=True)
class MemoryUse:
    """Flash and RAM of a deployment, in bytes.

    Attributes:
        stage_bytes: flash of each stage.
        flash_bytes: flash of all stages.
        arena_bytes: RAM of one arena that all stages share.
        crossing_bytes: RAM of the values that pass from stage to stage.
        ram_bytes: RAM of the arena and of these values.
        baseline_flash_bytes: flash of the baseline's deployment; None if it was not deployed.
        baseline_ram_bytes: RAM of the baseline's deployment, likewise.
    """

    stage_bytes: tuple[int, ...]
    flash_bytes: int
    arena_bytes: int
    crossing_bytes: int
    ram_bytes: int
    baseline_flash_bytes: int | None = None
    baseline_ram_bytes: int | None = None

    @classmethod
    def of(cls, deployed: Deployment, baseline: Deployment | None = None) -> Self:
        """Return the memory of a deployment.

        >>> from trecx.scores.deployment import DeployedStage
        >>> stages = (DeployedStage(28_176, 22_224, 1_000), DeployedStage(23_008, 22_064, 900))
        >>> use = MemoryUse.of(Deployment(None, "default", None, stages, 50_768, None, 8_000))
        >>> use.flash_bytes, use.arena_bytes, use.ram_bytes
        (51184, 23124, 31124)
        """
        return cls(
            tuple(stage.n_bytes for stage in deployed.stages),
            deployed.flash_bytes,
            deployed.arena_bytes,
            deployed.crossing_bytes,
            deployed.ram_bytes,
            baseline.flash_bytes if baseline else None,
            baseline.ram_bytes if baseline else None,
        )

    @property
    def flash_change(self) -> float | None:
        """Relative change of flash against the baseline: 0.1 is 10 % more; None if that is unknown."""
        return _change(self.flash_bytes, self.baseline_flash_bytes)

    @property
    def ram_change(self) -> float | None:
        """Relative change of RAM against the baseline: 0.1 is 10 % more; None if that is unknown."""
        return _change(self.ram_bytes, self.baseline_ram_bytes)

    def document(self) -> dict[str, Any]:
        """Return the numbers as JSON can hold them."""
        changes = {"flash_change": self.flash_change, "ram_change": self.ram_change}
        return asdict(self) | {"stage_bytes": list(self.stage_bytes)} | changes

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return what `document` wrote."""
        known = {field.name: document[field.name] for field in fields(cls)}
        return cls(**known | {"stage_bytes": tuple(document["stage_bytes"])})

    def rows(self) -> dict[str, str]:
        """Return flash and RAM as text, by name."""
        stages = " + ".join(f"{n_bytes:,}" for n_bytes in self.stage_bytes)
        several = f" ({stages})" if len(self.stage_bytes) > 1 else ""
        parts = f" (arena {self.arena_bytes:,} + between stages {self.crossing_bytes:,})"
        return {
            "flash": f"{self.flash_bytes:,} bytes{several}{_against(self.flash_change)}",
            "RAM": f"{self.ram_bytes:,} bytes{parts}{_against(self.ram_change)}",
        }


def memory_of(run: ScoredNetwork, baseline: ScoredNetwork | None) -> MemoryUse | None:
    """Return flash and RAM of a run's deployment; None if the run has none.

    Args:
        run: the run.
        baseline: the run without early exits that it is compared with, if there is one.
    """
    if run.deployment is None:
        return None
    return MemoryUse.of(run.deployment, baseline.deployment if baseline else None)


def _change(value: int, before: int | None) -> float | None:
    return value / before - 1 if before else None


def _against(change: float | None) -> str:
    if change is None:
        return "; baseline not deployed"
    return f"; {100 * change:+.1f} % vs baseline".replace("-", "−")
