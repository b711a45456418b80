"""Costs of inference by exit, estimated from the published measurements of a device."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from trecx.device.exit_costs import FLOPS, INSTRUCTIONS, Basis, ExitCosts
from trecx.device.instructions import reference_instructions
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


class _Work(NamedTuple):
    """A quantity that costs are scaled by.

    `references` has that of the reference network of each task. The band and the mean over networks are by
    `unit`, of which there are `per_unit` in it: FLOPs are counted by keras-flops' rules, while costs per
    multiply-accumulate (two FLOPs) are compared between networks.
    """

    basis: Basis
    references: Mapping[str, float]
    units: Mapping[str, float]
    per_unit: int


def _instructions() -> _Work:
    known = {task: reference_instructions(task) for task in REFERENCE_FLOPS}
    references = {task: float(count) for task, count in known.items() if count is not None}
    return _Work(INSTRUCTIONS, references, references, 1)


def estimated_costs(
    profile: DeviceProfile,
    task: str,
    exit_flops: Sequence[int] | IntArray,
    instructions: Sequence[int] | IntArray | None = None,
    estimate: Basis | None = None,
) -> ExitCosts:
    """Estimate costs by exit: E(exit) = E_reference × work(exit) / work(reference); latency likewise.

    E_reference is the energy that `profile` has for the reference network of `task`, which is the baseline.
    Work is instructions, where they are known, or FLOPs; the result is the estimate by one of them and has
    the estimate by the other beside it.

    The band is the uncertainty of energy per unit of work. Among the networks measured on this profile, the
    largest µJ per instruction (nJ per multiply-accumulate) is s times the smallest. An exit is one more
    network, so its true cost is assumed to be between 1/s and s times the estimate. If a profile lacks one of
    the three networks, s is the largest of the same board's complete profiles. For a task that the profile
    did not measure, the geometric mean of its networks' µJ per instruction (nJ per multiply-accumulate, two
    FLOPs) replaces E_reference / work(reference).

    Args:
        profile: the device.
        task: `kws`, `ic`, `vww`, or any other.
        exit_flops: exit FLOPs, of shape (n_exits,).
        instructions: instructions from the input to each exit's prediction, of shape (n_exits,); None:
            unknown.
        estimate: what the estimate rests on; None: on instructions where they are known, else on FLOPs.

    Raises:
        EnergyError: an estimate by instructions is asked for, and they are unknown.
    """
    flops = _estimated(profile, task, exit_flops, _Work(FLOPS, REFERENCE_FLOPS, REFERENCE_MACS, 2))
    counted, work = None, _instructions()
    if instructions is not None and _anchored(profile, task, work):
        counted = _estimated(profile, task, instructions, work)
    if estimate == INSTRUCTIONS and counted is None:
        raise EnergyError(
            f"the instructions of this network of task {task} were not counted, so energy cannot be "
            "estimated by them; use the estimate by FLOPs"
        )
    if counted is None or estimate == FLOPS:
        return replace(flops, other=counted)
    return replace(counted, other=flops)


def _anchored(profile: DeviceProfile, task: str, work: _Work) -> bool:
    """Whether the work of the networks is known from whose measurements the costs of a task are scaled."""
    if task in profile.energy_uj:
        return task in work.references
    return bool(profile.energy_uj.keys() & work.references.keys())


def _estimated(
    profile: DeviceProfile, task: str, exit_work: Sequence[int] | IntArray, work: _Work
) -> ExitCosts:
    amount = np.asarray(exit_work, dtype=np.float64)
    about = f"{profile.title}; scaled by {work.basis}"
    if task not in profile.energy_uj:
        about += f" from {', '.join(profile.energy_uj)}, as {task} was not measured there"
    whole = _whole_profiles(profile)
    return ExitCosts(
        amount * _per_work(profile.energy_uj, task, work),
        amount * _per_work(profile.latency_ms, task, work),
        _band([each.energy_uj for each in whole], work),
        _band([each.latency_ms for each in whole], work),
        "estimate",
        f"{about}. {profile.source}",
        work.basis,
    )


def _per_work(measured: Mapping[str, float], task: str, work: _Work) -> float:
    if task in measured:
        return measured[task] / work.references[task]
    return float(np.exp(np.mean(np.log(_per_unit(measured, work))))) / work.per_unit


def _per_unit(measured: Mapping[str, float], work: _Work) -> FloatArray:
    return np.array([value / work.units[task] for task, value in measured.items() if task in work.units])


def _whole_profiles(profile: DeviceProfile) -> list[DeviceProfile]:
    """Return the profile itself if it is complete, else the complete ones of its board, else itself."""
    if len(profile.energy_uj) == len(REFERENCE_MACS):
        return [profile]
    same_board = [other for other in device_profiles().values() if other.board == profile.board]
    return [other for other in same_board if len(other.energy_uj) == len(REFERENCE_MACS)] or [profile]


def _band(measured: Sequence[Mapping[str, float]], work: _Work) -> tuple[float, float]:
    per_unit = [_per_unit(networks, work) for networks in measured]
    spread = max(float(costs.max() / costs.min()) for costs in per_unit)
    return 1 / spread, spread
