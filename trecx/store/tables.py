"""The tables of the store. A change here needs a new SCHEMA_VERSION."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

SCHEMA_VERSION = 2


class Base(DeclarativeBase):
    """All tables of the store."""

    type_annotation_map = {dict[str, Any]: JSON, list[str]: JSON, list[int]: JSON, list[float]: JSON}  # noqa: RUF012


class SchemaRow(Base):
    """One row: the version of the tables in this database."""

    __tablename__ = "trecx_schema"
    version: Mapped[int] = mapped_column(primary_key=True)


class SampleSetRow(Base):
    """The samples of a dataset split, shared by all runs over it."""

    __tablename__ = "sample_sets"
    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str]
    dataset: Mapped[str]
    split: Mapped[str]
    class_names: Mapped[list[str]]
    n_samples: Mapped[int]
    sha256: Mapped[str]  # of class names, sample names and labels
    __table_args__ = (UniqueConstraint("task", "split", "sha256"),)


class SampleRow(Base):
    """One sample, at its position in the split."""

    __tablename__ = "samples"
    sample_set_id: Mapped[int] = mapped_column(ForeignKey("sample_sets.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    label: Mapped[int]
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012


class RunRow(Base):
    """One model scored once over one sample set; never changed."""

    __tablename__ = "runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(unique=True)
    identity: Mapped[str] = mapped_column(index=True)
    sample_set_id: Mapped[int] = mapped_column(ForeignKey("sample_sets.id"))
    system: Mapped[str]
    source: Mapped[str]
    model: Mapped[str]
    model_sha256: Mapped[str | None]
    parameters: Mapped[int | None]
    exit_flops: Mapped[list[int]]
    standalone_accuracy: Mapped[list[float]]
    full_softmax: Mapped[bool]  # else only predictions and confidence are stored: a trace
    versions: Mapped[dict[str, Any]]
    training: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    sample_set: Mapped[SampleSetRow] = relationship(lazy="joined", innerjoin=True)


class ScoreRow(Base):
    """Prediction and confidence of one exit of one run for one sample."""

    __tablename__ = "scores"
    run: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    exit: Mapped[int] = mapped_column(primary_key=True)  # 0 is the first
    prediction: Mapped[int]
    confidence: Mapped[float]
    probabilities: Mapped[bytes | None]  # little-endian float32, one per class; absent in a trace
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012


class OutcomeRow(Base):
    """Outcome of one sample if it exits at one exit of one run, in the order of the gallery.

    The sample exits there if `leaves_above < ρ <= leaves_up_to`; all confidences are the bits of their
    float32, which sort like the numbers (`derived.confidence_bits`).
    """

    __tablename__ = "outcomes"
    run: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    outcome: Mapped[int] = mapped_column(primary_key=True)  # index into outcomes.OUTCOMES
    gap: Mapped[int] = mapped_column(
        primary_key=True
    )  # millionths: confidence of the final exit minus that of the first
    position: Mapped[int] = mapped_column(primary_key=True)
    exit: Mapped[int] = mapped_column(primary_key=True)
    leaves_above: Mapped[int]
    leaves_up_to: Mapped[int]
    label: Mapped[int]
    prediction: Mapped[int]
    confidence: Mapped[int]
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012


class ExitTableRow(Base):
    """The counts of a run (`exit_table.ExitTable`), so that a run of any size opens quickly."""

    __tablename__ = "exit_tables"
    run: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    content: Mapped[bytes]  # a compressed npz


class DeviceProfileRow(Base):
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


class OperatingPointRow(Base):
    """A saved point: its definition, and its numbers when it was saved."""

    __tablename__ = "operating_points"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    note: Mapped[str] = mapped_column(Text)
    author: Mapped[str]
    run_id: Mapped[str]  # no foreign key: the point stays if its run is deleted
    run_identity: Mapped[str]
    definition: Mapped[dict[str, Any]]
    numbers: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
