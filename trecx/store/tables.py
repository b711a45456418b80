"""The tables of the store. A change here needs a new SCHEMA_VERSION."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
    inspect,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from trecx.store.columns import DamageError, row_checksum

SCHEMA_VERSION = 3


class Moment(TypeDecorator[datetime]):
    """A date and time, UTC; SQLite stores no time zone. One that cannot be read is damaged."""

    impl = DateTime
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Return a function from what the driver gives to a date and time."""
        convert = super().result_processor(dialect, coltype)

        def read(value: Any) -> datetime | None:
            try:
                found: datetime | None = convert(value) if convert else value
            except (ValueError, TypeError) as error:
                raise DamageError(f"a date is damaged ({error})") from error
            return found

        return read


class Base(DeclarativeBase):
    """All tables of the store."""

    type_annotation_map = {  # noqa: RUF012
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[int]: JSON,
        list[float]: JSON,
        datetime: Moment,
    }


class Checked:
    """A row with a checksum of its values, which is written with them and compared when they are read."""

    checksum: Mapped[int] = mapped_column(BigInteger)

    @property
    def right_checksum(self) -> int:
        """The checksum of the values as they are now."""
        names = (column.key for column in inspect(type(self)).column_attrs)
        return row_checksum({name: getattr(self, name) for name in names if name not in ("id", "checksum")})


@event.listens_for(Checked, "before_insert", propagate=True)
@event.listens_for(Checked, "before_update", propagate=True)
def _write_checksum(mapper: object, connection: object, row: Checked) -> None:
    row.checksum = row.right_checksum


@event.listens_for(Checked, "load", propagate=True)
def _compare_checksum(row: Checked, context: object) -> None:
    if row.checksum != row.right_checksum:
        raise DamageError(f"a row of {inspect(type(row)).local_table} is damaged")


class StoredColumn:
    """A row that holds a column (`columns.packed`), after its key."""

    dtype: Mapped[str] = mapped_column(sort_order=1)
    n_values: Mapped[int] = mapped_column(sort_order=1)
    checksum: Mapped[int] = mapped_column(BigInteger, sort_order=1)
    content: Mapped[bytes] = mapped_column(sort_order=1)


class SchemaRow(Base):
    """One row: the version of the tables in this database."""

    __tablename__ = "trecx_schema"
    version: Mapped[int] = mapped_column(primary_key=True)


class SampleSetRow(Checked, Base):
    """The samples of a dataset split, shared by all runs over it."""

    __tablename__ = "sample_sets"
    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str]
    dataset: Mapped[str]
    split: Mapped[str]
    class_names: Mapped[list[str]]
    n_samples: Mapped[int]
    numbered: Mapped[bool]  # the names are "0", "1", …, and are not stored
    sha256: Mapped[str]  # of class names, sample names and labels
    __table_args__ = (UniqueConstraint("task", "split", "sha256"),)


class SampleBlockRow(StoredColumn, Base):
    """Labels or names of up to `columns.SAMPLES_A_BLOCK` samples, as a column."""

    __tablename__ = "sample_blocks"
    sample_set_id: Mapped[int] = mapped_column(ForeignKey("sample_sets.id"), primary_key=True)
    quantity: Mapped[str] = mapped_column(primary_key=True)  # docs/store.md lists them
    block: Mapped[int] = mapped_column(primary_key=True)  # 0 is the first


class RunRow(Checked, Base):
    """One model scored once over one sample set; never changed."""

    __tablename__ = "runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(unique=True)
    identity: Mapped[str]
    copy: Mapped[int]  # 1, or higher if the same run was stored again on purpose
    sample_set_id: Mapped[int] = mapped_column(ForeignKey("sample_sets.id"))
    system: Mapped[str]
    source: Mapped[str]
    model: Mapped[str]
    model_sha256: Mapped[str | None]
    parameters: Mapped[int | None]
    exit_flops: Mapped[list[int]]
    standalone_accuracy: Mapped[list[float]]
    precision: Mapped[str]
    full_softmax: Mapped[bool]  # else only predictions and confidence are stored: a trace
    versions: Mapped[dict[str, Any]]
    training: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    sample_set: Mapped[SampleSetRow] = relationship(lazy="joined", innerjoin=True)
    __table_args__ = (UniqueConstraint("identity", "copy"),)


class ScoreBlockRow(StoredColumn, Base):
    """One quantity of one exit of a run, for up to `columns.SAMPLES_A_BLOCK` samples, as a column."""

    __tablename__ = "score_blocks"
    run: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    quantity: Mapped[str] = mapped_column(primary_key=True)  # docs/store.md lists them
    exit: Mapped[int] = mapped_column(primary_key=True)  # 0 is the first
    block: Mapped[int] = mapped_column(primary_key=True)  # 0 is the first


class DeviceProfileRow(Checked, Base):
    """A custom device profile: measured costs of each exit on a device."""

    __tablename__ = "device_profiles"
    name: Mapped[str] = mapped_column(primary_key=True)
    energy_uj: Mapped[list[float]]
    latency_ms: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]


class CollectionRow(Base):
    """A named set of samples with a note."""

    __tablename__ = "collections"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class CollectedRow(Base):
    """One sample of a collection."""

    __tablename__ = "collected_samples"
    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id"), primary_key=True)
    sample_set_id: Mapped[int] = mapped_column(ForeignKey("sample_sets.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime]


class OperatingPointRow(Checked, Base):
    """A saved point: its definition, and its numbers when it was saved."""

    __tablename__ = "operating_points"
    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]  # 1, and 1 more with every change: who changes it must have seen the last one
    name: Mapped[str] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(Text)
    author: Mapped[str]
    run_id: Mapped[str]  # no foreign key: the point stays if its run is deleted
    run_identity: Mapped[str]
    definition: Mapped[dict[str, Any]]
    numbers: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
