"""Scores made elsewhere into the store, with what was measured on the device that they are for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trecx.device.energy import measured_costs
from trecx.errors import ScoresError
from trecx.importing.scores_file import ScoresFile
from trecx.progress import Progress, silent
from trecx.store import CustomProfile, Provenance, Run, Store

RELATIVE_SCALE = 1_000_000
"""What the final exit is said to cost where only proportions are known: one MFLOP stands for the whole."""


@dataclass(frozen=True, kw_only=True)
class About:
    """What people say of scores that they bring; what they leave out, the file may say.

    Attributes:
        task: its name.
        system: what the network is called.
        dataset: what the samples are; else the file's name.
        exit_flops: FLOPs by the time exit k has answered.
        relative_costs: what exits cost in proportion, where FLOPs are not known.
        energy_uj: measured µJ by exit.
        latency_ms: measured ms by exit.
        profile: the name to keep measured costs under; else task and system.
    """

    task: str
    system: str
    dataset: str = ""
    exit_flops: Sequence[int] = ()
    relative_costs: Sequence[float] = ()
    energy_uj: Sequence[float] = ()
    latency_ms: Sequence[float] = ()
    profile: str = ""

    @property
    def flops(self) -> list[int]:
        """Exit FLOPs as they will be kept; none where nothing was said.

        Raises:
            ScoresError: both FLOPs and proportions were said, or a proportion is not above 0.
        """
        if len(self.exit_flops) and len(self.relative_costs):
            raise ScoresError("give exit FLOPs or relative costs, not both")
        if not all(math.isfinite(cost) and cost > 0 for cost in self.relative_costs):
            raise ScoresError(f"relative costs must be numbers above 0, got {list(self.relative_costs)}")
        scaled = [round(RELATIVE_SCALE * cost / self.relative_costs[-1]) for cost in self.relative_costs]
        return list(self.exit_flops) or scaled


def import_run(
    store: Store, file: ScoresFile, about: About, again: bool = False, progress: Progress = silent
) -> tuple[Run, CustomProfile | None]:
    """Keep the scores of a file as a run, and what was measured as a device profile of one's own.

    Args:
        store: where they are kept.
        file: what was understood.
        about: what the user says of it.
        again: whether a new run is made even if there is the same one already.
        progress: told how far the storing is.

    Raises:
        ScoresError: they are no scores, or no costs by exit are known.
        EnergyError: what was measured cannot be.
        StoreError: it could not be kept, or the profile's name is taken; then nothing was kept.
    """
    profile = _profile(about, file)
    scores = file.scores(about.flops)
    provenance = Provenance(
        about.task,
        about.system,
        "imported",
        about.dataset or file.name,
        "test",
        file.name,
        None,
        None,
        versions={},
        training={"costs": "relative"} if len(about.relative_costs) else {},
    )
    return store.save_run(provenance, scores, again, progress, profile), profile


def _profile(about: About, file: ScoresFile) -> CustomProfile | None:
    """Return what was measured, checked; None where nothing was."""
    energy = tuple(about.energy_uj) or file.said.get("energy_uj", ())
    latency = tuple(about.latency_ms) or file.said.get("latency_ms", ())
    if not energy and not latency:
        return None
    if not energy:
        raise ScoresError(
            "ms by exit alone make no device profile: give µJ by exit too (mean power in mW × ms = µJ)"
        )
    costs = measured_costs(energy, latency or None, file.n_exits)
    name = about.profile.strip() or f"{about.task}/{about.system}"
    latency_ms = None if costs.latency_ms is None else tuple(costs.latency_ms.tolist())
    return CustomProfile(name, tuple(costs.energy_uj.tolist()), latency_ms)
