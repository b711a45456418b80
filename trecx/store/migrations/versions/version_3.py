"""Version 3: scores and names as compressed columns, checksums, and what must be unique as constraints.

`score_columns` and `sample_columns` write what version 3 has. If a later version writes something else, they
move here.
"""

from collections.abc import Iterable
from itertools import count
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import context, op

from trecx.progress import Progress
from trecx.scores import ExitScores
from trecx.scores.names import NumberedNames, PackedNames
from trecx.store.blocks import KeyedColumn, block_slices, column_rows
from trecx.store.columns import DamageError, row_checksum
from trecx.store.run_scores import score_columns
from trecx.store.sample_sets import sample_columns

revision = "3"
down_revision = "2"

_CHECKED = ("sample_sets", "runs", "device_profiles", "operating_points")
_REPLACED = ("scores", "outcomes", "exit_tables", "samples")


def upgrade() -> None:
    """Write every run and every sample as columns, then give the tables their new columns and constraints."""
    progress: Progress = context.config.attributes["progress"]
    connection, old = op.get_bind(), sa.MetaData()
    old.reflect(connection)
    _create_tables()
    numbered = _write_samples(connection, old.tables, progress)
    _write_scores(connection, old.tables, progress)
    for name in _REPLACED:
        op.drop_table(name)
    _add_columns(connection, old.tables, numbered)
    _write_checksums(connection)
    _add_constraints()
    connection.execute(sa.text("UPDATE trecx_schema SET version = 3"))


def _create_tables() -> None:
    def column(name: str, kind: Any, *more: Any) -> sa.Column[Any]:
        return sa.Column(name, kind, *more, nullable=False)

    def content() -> list[sa.Column[Any]]:
        kinds = {"dtype": sa.String, "n_values": sa.Integer, "checksum": sa.BigInteger}
        return [*(column(name, kind()) for name, kind in kinds.items()), column("content", sa.LargeBinary())]

    op.create_table(
        "score_blocks",
        column("run", sa.Integer(), sa.ForeignKey("runs.id")),
        column("quantity", sa.String()),
        column("exit", sa.Integer()),
        column("block", sa.Integer()),
        *content(),
        sa.PrimaryKeyConstraint("run", "quantity", "exit", "block"),
    )
    op.create_table(
        "sample_blocks",
        column("sample_set_id", sa.Integer(), sa.ForeignKey("sample_sets.id")),
        column("quantity", sa.String()),
        column("block", sa.Integer()),
        *content(),
        sa.PrimaryKeyConstraint("sample_set_id", "quantity", "block"),
    )


def _write_samples(connection: sa.Connection, old: Any, progress: Progress) -> dict[int, bool]:
    """Write names and labels as columns; return, by sample set, whether the names are only numbers."""
    sets, sample = connection.execute(sa.select(old["sample_sets"])).all(), old["samples"].c
    numbered: dict[int, bool] = {}
    for done, of_set in enumerate(sets):
        here = sample.sample_set_id == of_set.id
        other = sa.select(sample.name).where(here, sample.name != sa.cast(sample.position, sa.String))
        numbered[of_set.id] = connection.execute(other.limit(1)).first() is None
        query = sa.select(sample.name, sample.label).where(here).order_by(sample.position)
        names, labels = zip(*connection.execute(query).all(), strict=True)
        if len(names) != of_set.n_samples:
            raise DamageError(f"a sample of {of_set.dataset} is missing")
        columns = sample_columns(
            NumberedNames(len(names)) if numbered[of_set.id] else PackedNames.of(names),
            np.array(labels),
            len(of_set.class_names),
        )
        _insert(connection, "sample_blocks", of_set.id, columns)
        progress("upgrading the samples", done + 1, len(sets))
    return numbered


def _write_scores(connection: sa.Connection, old: Any, progress: Progress) -> None:
    """Write the scores of every run as columns."""
    run, of_set = old["runs"], old["sample_sets"]
    columns = (run.c.id, run.c.exit_flops, run.c.full_softmax, of_set.c.n_samples, of_set.c.class_names)
    query = sa.select(*columns, of_set.c.id.label("set_id")).join(of_set, of_set.c.id == run.c.sample_set_id)
    runs = connection.execute(query).all()
    for done, each in enumerate(runs):
        progress("upgrading the runs", done, len(runs))
        _insert(connection, "score_blocks", each.id, score_columns(_scores(connection, old, each)))
    progress("upgrading the runs", len(runs), len(runs))


def _scores(connection: sa.Connection, old: Any, run: Any) -> ExitScores:
    """Return the scores of a run of version 2, which has a row for each sample and exit."""
    score, sample, shape = old["scores"].c, old["samples"].c, (run.n_samples, len(run.exit_flops))
    predictions, confidence = np.empty(shape, np.int64, order="F"), np.empty(shape, np.float32, order="F")
    full = np.empty((*shape, len(run.class_names)), np.float32) if run.full_softmax else None
    for part in block_slices(run.n_samples):
        here = sa.and_(score.run == run.id, score.position.between(part.start, part.stop - 1))
        query = sa.select(score.prediction, score.confidence, score.probabilities).where(here)
        rows = connection.execute(query.order_by(score.position, score.exit)).all()
        if len(rows) != (part.stop - part.start) * shape[1]:
            raise DamageError(f"a score of run {run.id} is missing")
        answers, sure, softmax = zip(*rows, strict=True)
        predictions[part] = np.array(answers).reshape(-1, shape[1])
        confidence[part] = np.array(sure, np.float32).reshape(-1, shape[1])
        if full is not None:
            full[part] = np.frombuffer(b"".join(softmax), "<f4").reshape(full[part].shape)
    labels = sa.select(sample.label).where(sample.sample_set_id == run.set_id).order_by(sample.position)
    return ExitScores.trusted(
        labels=np.array(connection.scalars(labels).all()),
        exit_flops=np.array(run.exit_flops),
        class_names=tuple(run.class_names),
        sample_names=NumberedNames(run.n_samples),
        predictions=predictions,
        confidence=confidence,
        probabilities=full,
    )


def _insert(connection: sa.Connection, table: str, owner: int, columns: Iterable[KeyedColumn]) -> None:
    into = sa.Table(table, sa.MetaData(), autoload_with=connection)
    names = [column.name for column in into.columns]
    for rows in column_rows(owner, columns):
        connection.execute(into.insert(), [dict(zip(names, row, strict=True)) for row in rows])


def _add_columns(connection: sa.Connection, old: Any, numbered: dict[int, bool]) -> None:
    for table in _CHECKED:
        op.add_column(table, sa.Column("checksum", sa.BigInteger()))
    for table, name, kind in (
        ("sample_sets", "numbered", sa.Boolean()),
        ("runs", "copy", sa.Integer()),
        ("runs", "precision", sa.String()),
        ("operating_points", "revision", sa.Integer()),
    ):
        op.add_column(table, sa.Column(name, kind))
    now = sa.MetaData()
    now.reflect(connection)
    sets, runs, points = (now.tables[name] for name in ("sample_sets", "runs", "operating_points"))
    for key, flag in numbered.items():
        connection.execute(sets.update().where(sets.c.id == key).values(numbered=flag))
    seen: dict[str, int] = {}
    for row in connection.execute(sa.select(old["runs"]).order_by(old["runs"].c.id)).all():
        seen[row.identity] = seen.get(row.identity, 0) + 1
        values = {"copy": seen[row.identity], "precision": row.training.get("precision", "float32")}
        connection.execute(runs.update().where(runs.c.id == row.id).values(values))
    taken = set(connection.scalars(sa.select(points.c.name)))
    used: set[str] = set()
    for row in connection.execute(sa.select(points).order_by(points.c.id)).all():
        name = row.name
        if name in used:  # version 2 let two people on PostgreSQL save the same name at once
            name = next(new for new in (f"{row.name} ({n})" for n in count(2)) if new not in taken)
        used.add(name)
        taken.add(name)
        connection.execute(points.update().where(points.c.id == row.id).values(name=name, revision=1))


def _write_checksums(connection: sa.Connection) -> None:
    now = sa.MetaData()
    now.reflect(connection)
    for name in _CHECKED:
        table = now.tables[name]
        (key,) = table.primary_key.columns
        for row in connection.execute(sa.select(table)).mappings().all():
            values = {column: value for column, value in row.items() if column not in ("id", "checksum")}
            changed = table.update().where(key == row[key.name]).values(checksum=row_checksum(values))
            connection.execute(changed)


def _add_constraints() -> None:
    op.drop_index("ix_runs_identity", "runs")
    needed: dict[str, list[str]] = {name: ["checksum"] for name in _CHECKED}
    needed["sample_sets"].append("numbered")
    needed["runs"] += ["copy", "precision"]
    needed["operating_points"].append("revision")
    unique = {"runs": ["identity", "copy"], "operating_points": ["name"]}
    for table, columns in needed.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.alter_column(column, nullable=False)
            if table in unique:
                batch.create_unique_constraint(f"unique_{table}", unique[table])
