"""Store imported scores as a run, and measured costs as a device profile."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trecx.device.exit_costs import measured_costs
from trecx.errors import ScoresError
from trecx.importing.plausibility import doubts
from trecx.importing.scores_file import ScoresFile
from trecx.progress import Progress, silent
from trecx.store import CustomProfile, Provenance, Run, Store

RELATIVE_SCALE = 1_000_000
"""FLOPs of the final exit where only relative costs are known: it counts as 1 MFLOP."""


@dataclass(frozen=True, kw_only=True)
class About:
    """Metadata of imported scores; what is not given is taken from the file, if it is there.

    Attributes:
        task: its name.
        system: name of the design.
        dataset: name of the dataset; by default the file's name.
        exit_flops: cumulative FLOPs up to each exit's prediction.
        relative_costs: relative costs of the exits, where FLOPs are not known.
        energy_uj: measured, cumulative µJ per exit.
        latency_ms: measured, cumulative ms per exit.
        profile: name of the device profile; by default task/design.
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
        """Exit FLOPs as they will be stored; none where nothing was given.

        Raises:
            ScoresError: both FLOPs and relative costs were given, or a relative cost is not above 0.
        """
        if len(self.exit_flops) and len(self.relative_costs):
            raise ScoresError("both exit FLOPs and relative costs are given; give only one of them, not both")
        if not all(math.isfinite(cost) and cost > 0 for cost in self.relative_costs):
            raise ScoresError(f"relative costs must be numbers above 0, got {list(self.relative_costs)}")
        scaled = [round(RELATIVE_SCALE * cost / self.relative_costs[-1]) for cost in self.relative_costs]
        return list(self.exit_flops) or scaled


class ImportedRun(NamedTuple):
    """What an import stored, or found in the store.

    Attributes:
        run: the run with these scores.
        profile: the device profile with the measured costs; None if there were none.
        run_is_new: whether the run was stored now; False if it was there already.
        profile_is_new: the same for the profile.
    """

    run: Run
    profile: CustomProfile | None
    run_is_new: bool
    profile_is_new: bool

    @property
    def message(self) -> str:
        """What was stored, as sentences for the user."""
        if self.run_is_new:
            return f"Stored as {self.run.run_id}: {self.run.n_samples:,} samples."
        added = "nothing was added"
        if self.profile and self.profile_is_new:
            added = f"only the device profile “{self.profile.name}” was added"
        since = f"imported on {self.run.created_at:%Y-%m-%d}"
        return f"These scores are already stored as {self.run.run_id} ({since}); {added}."


def import_run(
    store: Store,
    file: ScoresFile,
    about: About,
    again: bool = False,
    progress: Progress = silent,
    keep_anyway: bool = False,
) -> ImportedRun:
    """Store the scores of a file as a run, and measured costs as a device profile.

    Args:
        store: where they are stored.
        file: the file as it was read.
        about: metadata from the user.
        again: whether a new run is stored even if the same one is there already.
        progress: called while storing.
        keep_anyway: whether implausible scores are stored, too (`plausibility.doubts`).

    Raises:
        ScoresError: these are not valid or not plausible scores, or no costs per exit are known.
        EnergyError: the measured costs are not valid.
        StoreError: the store cannot be written, or the profile's name is in use; then nothing is stored.
    """
    profile = _profile(about, file)
    scores = file.scores(about.flops)
    implausible = () if keep_anyway else doubts(scores)
    if implausible:
        raise ScoresError(
            f"{file.name}: {' '.join(implausible)} Nothing was stored. If the scores are right, add "
            "--keep-anyway"
        )
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
        training=({"costs": "relative"} if len(about.relative_costs) else {})
        | ({"precision": file.precision} if file.precision != "float32" else {}),
    )
    run, run_is_new, profile_is_new = store.save_new_run(provenance, scores, again, progress, profile)
    return ImportedRun(run, profile, run_is_new, profile_is_new)


def _profile(about: About, file: ScoresFile) -> CustomProfile | None:
    """Return the measured costs, checked; None if there are none."""
    energy = tuple(about.energy_uj) or file.said.get("energy_uj", ())
    latency = tuple(about.latency_ms) or file.said.get("latency_ms", ())
    if not energy and not latency:
        return None
    if not energy:
        raise ScoresError(
            "a device profile needs energy, but only ms per exit are given; give µJ per exit too "
            "(mean power in mW × ms = µJ)"
        )
    costs = measured_costs(energy, latency or None, file.n_exits)
    name = about.profile.strip() or f"{about.task}/{about.system}"
    latency_ms = None if costs.latency_ms is None else tuple(costs.latency_ms.tolist())
    return CustomProfile(name, tuple(costs.energy_uj.tolist()), latency_ms)
