"""Costs of inference on a device, by exit: estimated from published measurements, or measured."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Literal

import numpy as np

from trecx.errors import EnergyError, unknown_name
from trecx.files.paths import ENERGY_PROFILES
from trecx.scores import FloatArray, IntArray

# The networks that MLPerf Tiny measures: FLOPs by keras-flops' rules, and multiply-accumulates.
REFERENCE_FLOPS = {"ic": 25_271_004, "kws": 5_541_064, "vww": 15_692_716}
REFERENCE_MACS = {"ic": 12_501_632, "kws": 2_656_768, "vww": 7_489_664}


@dataclass(frozen=True)
class DeviceProfile:
    """Measurements of one board with one runtime at one supply (MLPerf Tiny).

    Attributes:
        profile_id: its id in addresses and on the command line.
        board: name of the board.
        core: its processor.
        clock: its clock frequency, with the unit.
        runtime: the software that runs the network, with its version.
        supply: supply voltage and regulator, as far as they are stated.
        energy_uj: µJ per inference of each task's reference network.
        latency_ms: ms per inference of each task's reference network.
        source: publication of the measurements.
    """

    profile_id: str
    board: str
    core: str
    clock: str
    runtime: str
    supply: str
    energy_uj: Mapping[str, float]
    latency_ms: Mapping[str, float]
    source: str

    @property
    def title(self) -> str:
        """Board, processor, runtime and supply: on one board, energy differs up to 4× by the last two."""
        return f"{self.board} · {self.core} {self.clock} · {self.runtime} · {self.supply}"


@dataclass(frozen=True, eq=False)
class ExitCosts:
    """The cost of stopping at each exit.

    Attributes:
        energy_uj: µJ from the input to each exit's prediction, of shape (n_exits,).
        latency_ms: ms from the input to each exit's prediction, of shape (n_exits,); None if unknown.
        energy_band: factors (low, high) of the band that is assumed to contain the true µJ.
        latency_band: the same for ms.
        kind: "estimate" or "measured".
        source: source of the numbers, as text.
    """

    energy_uj: FloatArray
    latency_ms: FloatArray | None
    energy_band: tuple[float, float]
    latency_band: tuple[float, float]
    kind: Literal["estimate", "measured"]
    source: str


@cache
def device_profiles() -> dict[str, DeviceProfile]:
    """Return all 34 published profiles by id, in the order of publication."""
    return read_profiles(ENERGY_PROFILES)


def read_profiles(path: Path) -> dict[str, DeviceProfile]:
    """Return the profiles in a CSV file, by id.

    Raises:
        EnergyError: the file is missing or is not a table of profiles.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = groupby(csv.DictReader(file), itemgetter("profile"))
            return {profile_id: _profile(list(tasks)) for profile_id, tasks in rows}
    except (OSError, ValueError, LookupError, TypeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        raise EnergyError(
            f"{path} cannot be read as a table of device profiles ({reason}); restore it from the repository"
        ) from error


def _profile(rows: list[dict[str, str]]) -> DeviceProfile:
    first = rows[0]
    version = first["mlperf_tiny"]
    files = ", ".join(row["energy_file"] for row in rows)
    return DeviceProfile(
        first["profile"],
        first["board"],
        first["core"],
        first["clock"],
        first["runtime"],
        first["supply"],
        energy_uj=_by_task(rows, "energy_uj"),
        latency_ms=_by_task(rows, "latency_ms"),
        source=f"MLPerf Tiny {version} by {first['submitter']}, github.com/mlcommons/tiny_results_{version}: "
        f"{files}; {first['system_file']}",
    )


def _by_task(rows: list[dict[str, str]], column: str) -> dict[str, float]:
    found = {row["task"]: float(row[column]) for row in rows}
    if not set(found) <= set(REFERENCE_MACS) or not all(0 < value < math.inf for value in found.values()):
        raise ValueError(f"{column} must be numbers above 0 for {', '.join(REFERENCE_MACS)}, got {found}")
    return found


def find_profile(profile_id: str) -> DeviceProfile:
    """Return the profile with this id.

    Raises:
        UnknownNameError: there is none; the message lists the known ones.
    """
    profiles = device_profiles()
    return profiles[profile_id] if profile_id in profiles else unknown_name("device", profile_id, profiles)


def estimated_costs(profile: DeviceProfile, task: str, exit_flops: Sequence[int] | IntArray) -> ExitCosts:
    """Estimate costs by exit: E(exit) = E_reference × exit FLOPs / reference FLOPs; latency likewise.

    E_reference is the energy that `profile` has for the reference network of `task`, which is the baseline.
    The band is the uncertainty of energy per FLOP. Among the networks measured on this profile, the largest
    nJ per multiply-accumulate is s times the smallest. An exit is one more network, so its true cost is
    assumed to be between 1/s and s times the estimate. If a profile lacks one of the three networks, s is
    the largest of the same board's complete profiles. For a task that the profile did not measure, the
    geometric mean of its networks' nJ per multiply-accumulate (two FLOPs) replaces E_reference / reference
    FLOPs.

    Args:
        profile: the device.
        task: `kws`, `ic`, `vww`, or any other.
        exit_flops: exit FLOPs, of shape (n_exits,).
    """
    flops = np.asarray(exit_flops, dtype=np.float64)
    about = f"{profile.title}; scaled by FLOPs"
    if task not in profile.energy_uj:
        about += f" from {', '.join(profile.energy_uj)}, as {task} was not measured there"
    return ExitCosts(
        flops * _per_flop(profile.energy_uj, task),
        flops * _per_flop(profile.latency_ms, task),
        _band([whole.energy_uj for whole in _whole_profiles(profile)]),
        _band([whole.latency_ms for whole in _whole_profiles(profile)]),
        "estimate",
        f"{about}. {profile.source}",
    )


def _per_flop(measured: Mapping[str, float], task: str) -> float:
    if task in measured:
        return measured[task] / REFERENCE_FLOPS[task]
    return float(np.exp(np.mean(np.log(_per_mac(measured))))) / 2


def _per_mac(measured: Mapping[str, float]) -> FloatArray:
    return np.array([value / REFERENCE_MACS[task] for task, value in measured.items()])


def _whole_profiles(profile: DeviceProfile) -> list[DeviceProfile]:
    """Return the profile itself if it is complete, else the complete ones of its board, else itself."""
    if len(profile.energy_uj) == len(REFERENCE_MACS):
        return [profile]
    same_board = [other for other in device_profiles().values() if other.board == profile.board]
    return [other for other in same_board if len(other.energy_uj) == len(REFERENCE_MACS)] or [profile]


def _band(measured: Sequence[Mapping[str, float]]) -> tuple[float, float]:
    per_mac = [_per_mac(networks) for networks in measured]
    spread = max(float(costs.max() / costs.min()) for costs in per_mac)
    return 1 / spread, spread


def measured_costs(energy_uj: Sequence[float], latency_ms: Sequence[float] | None, n_exits: int) -> ExitCosts:
    """Return costs by exit that the user measured.

    Args:
        energy_uj: µJ from the input to each exit's prediction, earlier exits included.
        latency_ms: ms from the input to each exit's prediction, or None.
        n_exits: number of exits of the network.

    Raises:
        EnergyError: there is not one number per exit, one is not positive, or they do not increase.
    """
    return ExitCosts(
        _checked("µJ", energy_uj, n_exits),
        None if latency_ms is None else _checked("ms", latency_ms, n_exits),
        (1.0, 1.0),
        (1.0, 1.0),
        "measured",
        "measured by you",
    )


def _checked(unit: str, values: Sequence[float], n_exits: int) -> FloatArray:
    costs = np.asarray(values, dtype=np.float64)
    if costs.shape != (n_exits,):
        raise EnergyError(f"give one number of {unit} per exit: {n_exits} exits, got {costs.size}")
    if not (np.isfinite(costs) & (costs > 0)).all():
        raise EnergyError(f"{unit} by exit must be numbers above 0, got {costs.tolist()}")
    if (np.diff(costs) <= 0).any():
        raise EnergyError(
            f"{unit} must increase from exit to exit, because each value includes the exits before it; "
            f"got {costs.tolist()}"
        )
    return costs
