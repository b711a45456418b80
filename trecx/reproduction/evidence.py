"""The runs that can be compared: with the same samples, source and recipe."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from trecx.comparison.seeds import newest_by_seed
from trecx.datasets.tasks import task_of
from trecx.datasets.training_sets import SMALL_KWS_TITLE
from trecx.reproduction.paper import TEST_SETS
from trecx.scores import ExitScores
from trecx.scores.run import FLOAT32, counterpart_among
from trecx.store import Run, Store

COMPARED = {"published": "published models", "trained here": "trained here"}
EXTRA_CLASS = ("trecx-extra-class",)  # designs with one class more than their samples have


@dataclass(frozen=True, order=True)
class Setting:
    """What the compared runs have in common."""

    task: str
    source: str
    dataset: str
    recipe: str
    epochs: str
    sample_set_id: int
    n_samples: int

    @property
    def name(self) -> str:
        """The short name: task and source."""
        task = "kws (small data)" if self.dataset == SMALL_KWS_TITLE else self.task
        return f"{task}, {COMPARED[self.source]}"

    @property
    def models(self) -> tuple[str, str]:
        """The task of its models, and their source."""
        return self.task, self.source

    @property
    def has_papers_samples(self) -> bool:
        """Whether the paper's own models are scored on the paper's own samples."""
        return self.source == "published" and self.dataset in TEST_SETS

    @property
    def title(self) -> str:
        """The long name: also the samples and the recipe."""
        how = f"; recipe {self.recipe}, {self.epochs} epochs" if self.recipe else ""
        return f"{self.dataset}, {self.n_samples:,} {task_of(self.task).noun}s{how}"

    @property
    def slug(self) -> str:
        """Text for file names."""
        words = f"{self.name} {self.recipe} {self.epochs}".lower()
        return re.sub("[^a-z0-9]+", "-", words).strip("-")


@dataclass(frozen=True, eq=False)
class Evidence:
    """The runs of one setting.

    Attributes:
        setting: what they have in common.
        runs: by design, one per seed, in the order of seeds.
        scores: by run id.
        int8: by run id, the run of the same network in int8, if there is one.
    """

    setting: Setting
    runs: Mapping[str, Sequence[Run]]
    scores: Mapping[str, ExitScores]
    int8: Mapping[str, Run] = field(default_factory=dict)

    def of(self, system: str) -> list[ExitScores]:
        """Return the scores of all runs of a design."""
        return [self.scores[run.run_id] for run in self.runs.get(system, ())]

    def paired_runs(self, system: str, other: str) -> list[tuple[Run, Run]]:
        """Return the runs of two designs, paired by seed; a seed that only one of them has is left out."""
        by_seed = {run.training.get("seed"): run for run in self.runs.get(other, ())}
        seeds = [(run, by_seed.get(run.training.get("seed"))) for run in self.runs.get(system, ())]
        return [(run, match) for run, match in seeds if match is not None]

    def runs_of_pairs(self, system: str, other: str) -> list[Run]:
        """Return the runs of all pairs in one list."""
        return [run for pair in self.paired_runs(system, other) for run in pair]

    def pairs(self, system: str, other: str) -> list[tuple[ExitScores, ExitScores]]:
        """Return the scores of two designs, paired by seed."""
        found = self.paired_runs(system, other)
        return [(self.scores[one.run_id], self.scores[two.run_id]) for one, two in found]


def gather(store: Store) -> list[Evidence]:
    """Return all published runs and all runs trained here, by setting; for each seed the newest run.

    The paper's accuracies are of float32 networks: int8 runs are not compared, they are beside them.
    Of settings that differ only in their samples, the one with the paper's is used, else that with the most.
    """
    compared = [run for run in store.runs() if run.source in COMPARED and run.precision == FLOAT32]
    settings = {run.run_id: _setting(run) for run in compared}
    for run in compared:
        if run.system in EXTRA_CLASS:
            settings[run.run_id] = _with_one_class_less(run, compared)

    def setting_of(run: Run) -> Setting:
        return settings[run.run_id]

    runs = sorted(compared, key=setting_of)
    groups = {setting: list(group) for setting, group in groupby(runs, key=setting_of)}
    by_samples = sorted(groups, key=lambda one: (one.has_papers_samples, one.n_samples))
    chosen = {setting.slug: setting for setting in by_samples}
    return [_evidence(store, setting, groups[setting]) for setting in sorted(chosen.values())]


def _setting(run: Run) -> Setting:
    recipe, epochs = (str(run.training.get(name, "")) for name in ("recipe", "epochs"))
    return Setting(run.task, run.source, run.dataset, recipe, epochs, run.sample_set_id, run.n_samples)


def _with_one_class_less(run: Run, runs: Sequence[Run]) -> Setting:
    """Return the setting of the runs without the extra class; a sample set includes its classes."""
    own = _setting(run)
    others = (_setting(other) for other in runs if other.system not in EXTRA_CLASS)
    return next((other for other in others if replace(other, sample_set_id=own.sample_set_id) == own), own)


def _evidence(store: Store, setting: Setting, runs: Sequence[Run]) -> Evidence:
    systems = dict.fromkeys(run.system for run in runs)
    kept = {system: newest_by_seed(run for run in runs if run.system == system) for system in systems}
    scores = {run.run_id: store.load_scores(run) for some in kept.values() for run in some}
    everything = store.runs()
    beside = {run_id: counterpart_among(run, everything) for run_id, run in _by_id(kept).items()}
    return Evidence(setting, kept, scores, {run_id: run for run_id, run in beside.items() if run})


def _by_id(kept: Mapping[str, Sequence[Run]]) -> dict[str, Run]:
    return {run.run_id: run for some in kept.values() for run in some}
