"""The store: saves runs, finds them, and loads their scores."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from trecx.datasets.halves import Split, split_in_halves
from trecx.errors import StoreError, unknown_name
from trecx.files.paths import database_url
from trecx.progress import Progress, silent
from trecx.scores import ExitScores, IntArray
from trecx.scores.run import (
    SOURCES,
    Provenance,
    Run,
    baseline_among,
    counterpart_among,
    known_names,
    preference,
    runs_named,
)
from trecx.store import run_rows, run_scores, sample_sets
from trecx.store.connection import Database
from trecx.store.deletion import Dependents, delete_run, dependents_of
from trecx.store.device_profiles import CustomProfile, CustomProfiles, add_profile, find_profile
from trecx.store.gallery import Gallery
from trecx.store.run_scores import RunScores
from trecx.store.sample_collections import Collections
from trecx.store.saved_points import SavedPoints
from trecx.store.tables import RunRow
from trecx.threshold.exit_criteria import LARGEST
from trecx.threshold.exit_table import ExitTable

SHAPING = ("preprocess", "samples_sha256")  # entries of `training` that describe the input of a network
NONE_YET = "none yet: score a model with 'python -m trecx score'"


class Store:
    """The runs of one database.

    Args:
        address: SQLAlchemy URL or path of an SQLite file; by default `TRECX_DB`, else the shipped one.

    Attributes:
        name: the address, without a password.
        file: the SQLite file; None for any other database.
        profiles: custom device profiles.
        points: saved operating points.
        gallery: the samples of a run by outcome.
        collections: named sets of samples.

    Raises:
        StoreError: by every method, if the database cannot be used; the message says what to do.
    """

    def __init__(self, address: str | None = None) -> None:
        self._database = Database(address or database_url())
        self.name = self._database.name
        self.file = self._database.file
        self.profiles = CustomProfiles(self._database)
        self.points = SavedPoints(self._database)
        self.gallery = Gallery(self._database)
        self.collections = Collections(self._database)

    @property
    def writable(self) -> bool:
        """Whether the file can be written; for any other database, only a change shows that."""
        return self._database.writable

    @property
    def old_version(self) -> int | None:
        """The version of the tables if an upgrade is needed, which whatever comes first does; else None."""
        return self._database.old_version()

    def upgrade(self, progress: Progress = silent) -> str | None:
        """Upgrade the tables if a release before this one made them, after a copy; return where it is.

        Args:
            progress: called while copying and upgrading.

        Raises:
            StoreError: it cannot be upgraded; then it stays as it was.
        """
        return self._database.upgrade(progress)

    def runs(self) -> list[Run]:
        """Return all runs: by task, design, source (published first), precision, the newest of each first.

        A run whose row is damaged is left out (`damage`).
        """
        return self.runs_and_damage()[0]

    def damage(self) -> list[str]:
        """Return which runs cannot be read, in sentences."""
        return self.runs_and_damage()[1]

    def runs_and_damage(self) -> tuple[list[Run], list[str]]:
        """Return what `runs` and `damage` do."""
        with self._database.reading() as session:
            runs, damaged = run_rows.readable_runs(session) if session else ([], [])
        sentences = [
            f"database {self.name}: run {name} is damaged; the others can still be used. To have it again, "
            "restore the database from a copy"
            for name in damaged
        ]
        return sorted(runs, key=lambda run: (run.task, run.system, *preference(run))), sentences

    def find_run(self, name: str, source: str | None = None) -> Run:
        """Return the run with this id, or the preferred one of `task/system`.

        That is a published run before one trained here, a float32 run before an int8 run, and the newest.
        `task/system:int8` and `task/system:float32` name only runs of that precision.

        Raises:
            UnknownNameError: there is none; the message lists the known ones.
        """
        runs, damage = self.runs_and_damage()
        found = runs_named(runs, name, source)
        if not found and damage:
            raise StoreError(f"there is no run {name!r} that can be read. {'. '.join(damage)}")
        if not found:
            known = known_names(runs)
            wanted = name if source is None else f"{name} of source {source}"
            ids = "'python -m trecx runs' lists their ids"
            unknown_name("run", wanted, [*known, ids] if known else [NONE_YET])
        return found[0]

    def baseline_of(self, run: Run) -> Run | None:
        """Return the baseline run over the same samples, if possible of the same precision and source."""
        return baseline_among(run, self.runs())

    def counterpart_of(self, run: Run) -> Run | None:
        """Return the run of the same network in the other precision (`counterpart_among`)."""
        return counterpart_among(run, self.runs())

    def find_scored(
        self, provenance: Provenance, class_names: Sequence[str], names: Sequence[str], labels: IntArray
    ) -> Run | None:
        """Return the newest run of this model over these samples; None if it was not scored before.

        Samples with the same names and labels are the same only if the entries in `SHAPING` agree too.
        """
        identity = run_rows.run_identity(
            provenance, sample_sets.sample_set_sha256(class_names, names, labels)
        )
        said = [provenance.training.get(name) for name in SHAPING]
        with self._database.reading() as session:
            known = (
                [run_rows.run_of(row) for row in run_rows.of_identity(session, identity)] if session else []
            )
        return next((run for run in known if [run.training.get(name) for name in SHAPING] == said), None)

    def save_run(
        self,
        provenance: Provenance,
        scores: ExitScores,
        again: bool = False,
        progress: Progress = silent,
    ) -> Run:
        """Write a run as `save_new_run` does, without a profile; return the run, whether it is new or not.

        Raises:
            ValueError: the source of the provenance is not in `SOURCES`.
        """
        return self.save_new_run(provenance, scores, again, progress)[0]

    def save_new_run(
        self,
        provenance: Provenance,
        scores: ExitScores,
        again: bool = False,
        progress: Progress = silent,
        profile: CustomProfile | None = None,
    ) -> tuple[Run, bool, bool]:
        """Write a run, and its `profile` if there is one, in one transaction: completely or not at all.

        If the same run is stored already, that run is returned, unless `again`.

        Args:
            provenance: origin of the scores.
            scores: of one model over one set of samples.
            again: whether a new run is stored even if the same one is there already.
            progress: called while storing.
            profile: measured costs, if any.

        Returns:
            The run, whether it is new, and whether the profile is new.

        Raises:
            ValueError: the source of the provenance is not in `SOURCES`.
        """
        if provenance.source not in SOURCES:
            raise ValueError(f"source must be one of {SOURCES}, got {provenance.source!r}")
        progress("comparing with what is stored", 0, None)
        sha256 = sample_sets.sample_set_sha256(scores.class_names, scores.sample_names, scores.labels)
        identity = run_rows.run_identity(provenance, sha256, scores)
        with self._database.writing() as session:
            new_profile = profile is not None and profile != find_profile(session, profile.name)
            if profile and new_profile:
                add_profile(session, profile)
            known = run_rows.newest_of(session, identity)
            if known and not again:
                return run_rows.run_of(known), False, new_profile
            sample_set = sample_sets.sample_set_of(session, provenance, scores, sha256, progress)
            row = run_rows.new_run(session, provenance, scores, identity, sample_set)
            run_scores.write_run(session, row.id, scores, progress)
            return run_rows.run_of(row), True, new_profile

    def load_scores(self, run: Run) -> ExitScores:
        """Return the scores of a run.

        Raises:
            StoreError: the run is no longer in the store.
        """
        with self._database.reading() as session:
            return RunScores(*self._found(session, run)).scores()

    def load_answers(self, run: Run, criterion: str = LARGEST) -> ExitScores:
        """Return labels, predictions and confidence of a run, without names and scores of all classes.

        Args:
            run: the run.
            criterion: the exit criterion whose confidence is returned (`exit_criteria.CRITERIA`).

        Raises:
            StoreError: the run is no longer in the store.
            ScoresError: the run does not have the scores that the criterion needs.
        """
        with self._database.reading() as session:
            return RunScores(*self._found(session, run)).answers(criterion)

    def split(self, run: Run, seed: int = 0) -> Split:
        """Return the split of a run's samples into two halves (`datasets.halves.split_in_halves`).

        Raises:
            StoreError: the run is no longer in the store.
        """
        with self._database.reading() as session:
            session, row = self._found(session, run)
            names = sample_sets.names_of(session, row.sample_set)
            labels = sample_sets.labels_of(session, row.sample_set)
        return split_in_halves(names, labels, seed)

    def load_table(self, run: Run) -> ExitTable:
        """Return the counts of a run, without its scores.

        Raises:
            StoreError: the run is no longer in the store.
        """
        with self._database.reading() as session:
            return RunScores(*self._found(session, run)).counts()

    def dependents_of(self, run: Run) -> Dependents:
        """Return what hangs on a run, which is to be named before it is deleted.

        Raises:
            StoreError: the run is no longer in the store.
        """
        runs = self.runs()
        with self._database.reading() as session:
            session, row = self._found(session, run)
            return dependents_of(session, run, row, runs)

    def delete_run(self, run: Run, progress: Progress = silent) -> None:
        """Delete a run with its scores in one transaction: completely or not at all.

        Its samples are deleted too, unless another run or a collection has them. Saved points stay. The
        file of SQLite keeps its size: what comes next is written into the free space (`compact`).

        Args:
            run: the run.
            progress: called while deleting.

        Raises:
            StoreError: the run is no longer in the store.
        """
        with self._database.writing() as session:
            _, row = self._found(session, run)
            if run_rows.run_of(row) != run:  # it was deleted, and another has its id now
                raise StoreError(f"run {run.run_id} is no longer in {self.name}; choose another run")
            delete_run(session, row, run.n_samples, progress)

    def compact(self) -> None:
        """Make the file of SQLite as small as its content; of any other database, nothing is done."""
        self._database.compact()

    def _found(self, session: Session | None, run: Run) -> tuple[Session, RunRow]:
        row = session.scalar(select(RunRow).filter_by(run_id=run.run_id)) if session else None
        if session is None or row is None:
            raise StoreError(f"run {run.run_id} is no longer in {self.name}; choose another run")
        return session, row
