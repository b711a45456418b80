"""Sample sets: names and labels of the samples that runs were scored on, as columns."""

import hashlib
import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Result, select
from sqlalchemy.orm import Session

from trecx.progress import Progress, silent
from trecx.scores import ExitScores, IntArray
from trecx.scores.names import NumberedNames, PackedNames
from trecx.scores.run import Provenance
from trecx.scores.sample_blocks import in_parallel
from trecx.store.blocks import STORED_AS, Key, KeyedColumn, block_slices, column_rows, read_columns
from trecx.store.bulk_insert import insert_rows
from trecx.store.columns import SAMPLES_A_BLOCK, Column, dtype_for
from trecx.store.tables import SampleBlockRow, SampleSetRow

LABELS, NAMES, NAME_ENDS = "labels", "names", "name_ends"  # the names "0", "1", … are not stored


def sample_set_sha256(class_names: Sequence[str], names: Sequence[str], labels: IntArray) -> str:
    """Return the hash that is equal for equal sample sets: that of a JSON list of the three lists."""
    found = hashlib.sha256(f"[{json.dumps(list(class_names))}, [".encode())
    for texts in (names, labels):
        for part in block_slices(len(texts)):
            values = texts[part].tolist() if isinstance(texts, np.ndarray) else list(texts[part])
            found.update((", " if part.start else "").encode() + json.dumps(values)[1:-1].encode())
        found.update(b"], [" if texts is names else b"]]")
    return found.hexdigest()


def sample_set_of(
    session: Session,
    provenance: Provenance,
    scores: ExitScores,
    sha256: str,
    progress: Progress = silent,
) -> SampleSetRow:
    """Return the row of these samples; it is written now if they are new.

    Args:
        session: writes the row.
        provenance: of the run.
        scores: has the names, labels and classes of the samples.
        sha256: of these (`sample_set_sha256`).
        progress: called while storing.
    """
    key = {"task": provenance.task, "split": provenance.split, "sha256": sha256}
    row = session.scalar(select(SampleSetRow).filter_by(**key))
    if row is None:
        row = SampleSetRow(
            **key,
            dataset=provenance.dataset,
            class_names=list(scores.class_names),
            n_samples=scores.n_samples,
            numbered=scores.sample_names == NumberedNames(scores.n_samples),
        )
        session.add(row)
        session.flush()
        names = NumberedNames(scores.n_samples) if row.numbered else scores.sample_names
        columns = sample_columns(names, scores.labels, scores.n_classes)
        parts = column_rows(row.id, columns)
        insert_rows(session, SampleBlockRow, parts, "storing the samples", len(columns), progress)
    return row


def sample_columns(names: Sequence[str], labels: IntArray, n_classes: int) -> list[KeyedColumn]:
    """Return names and labels as they are stored.

    Args:
        names: one per sample; `NumberedNames` are not stored.
        labels: true classes, of shape (n_samples,).
        n_classes: number of classes.
    """
    columns: list[KeyedColumn] = []
    for block, part in enumerate(block_slices(len(labels))):
        columns.append(((LABELS, block), partial(labels[part].astype, dtype_for(n_classes - 1))))
        if not isinstance(names, NumberedNames):
            some = names.part(part) if isinstance(names, PackedNames) else PackedNames.of(names[part])
            columns.append(((NAMES, block), partial(np.asarray, some.content)))
            columns.append(((NAME_ENDS, block), partial(some.ends.astype, "<u4")))
    return columns


def labels_of(session: Session, row: SampleSetRow) -> IntArray:
    """Return the labels of all samples, of shape (n_samples,).

    Raises:
        DamageError: they are not those that were stored.
    """
    slices, labels = block_slices(row.n_samples), np.empty(row.n_samples, np.int64)
    sizes: dict[Key, int | None] = {
        (LABELS, block): part.stop - part.start for block, part in enumerate(slices)
    }

    def place(key: Key, values: Column) -> None:
        labels[slices[int(key[1])]] = values

    read_columns(_rows(session, row, [LABELS], range(len(slices))), sizes, place)
    return labels


def names_of(session: Session, row: SampleSetRow, blocks: Sequence[int] = ()) -> Sequence[str]:
    """Return the names of all samples, or of those in some blocks that follow one another.

    Raises:
        DamageError: they are not those that were stored.
    """
    if row.numbered:
        every = NumberedNames(row.n_samples)
        return (
            every if not blocks else every[blocks[0] * SAMPLES_A_BLOCK : (blocks[-1] + 1) * SAMPLES_A_BLOCK]
        )
    slices = block_slices(row.n_samples)
    blocks, found = blocks or range(len(slices)), dict[Key, Column]()
    sizes: dict[Key, int | None] = {(NAMES, block): None for block in blocks}
    sizes |= {(NAME_ENDS, block): slices[block].stop - slices[block].start for block in blocks}
    read_columns(_rows(session, row, [NAMES, NAME_ENDS], blocks), sizes, found.__setitem__)
    parts = [PackedNames(found[NAMES, block], found[NAME_ENDS, block].astype(np.int64)) for block in blocks]
    return PackedNames.joined(parts)


def names_at(session: Session, row: SampleSetRow, positions: IntArray) -> list[str]:
    """Return the names of the samples at these positions.

    Raises:
        DamageError: they are not those that were stored.
    """
    of_block = {
        block: names_of(session, row, [block]) for block in np.unique(positions // SAMPLES_A_BLOCK).tolist()
    }
    places = (divmod(position, SAMPLES_A_BLOCK) for position in positions.tolist())
    return [of_block[block][place] for block, place in places]


def labels_at(session: Session, row: SampleSetRow, positions: IntArray) -> list[int]:
    """Return the labels of the samples at these positions.

    Raises:
        DamageError: they are not those that were stored.
    """
    found: list[int] = labels_of(session, row)[positions].tolist()
    return found


def find_name(session: Session, row: SampleSetRow, name: str) -> int | None:
    """Return the position of the sample called `name`; None if there is none.

    Raises:
        DamageError: the names are not those that were stored.
    """
    names = _arrow(names_of(session, row))
    found = pc.index(names, pa.scalar(name, names.type)).as_py()
    return None if found < 0 else int(found)


def names_with(session: Session, row: SampleSetRow, text: str) -> npt.NDArray[np.bool_]:
    """Return whether each name contains a text, of shape (n_samples,); A and a, …, Z and z are the same.

    Raises:
        DamageError: the names are not those that were stored.
    """
    names, lower = _arrow(names_of(session, row)), text.encode().lower()  # in bytes: only A to Z

    def found(part: slice) -> npt.NDArray[np.bool_]:
        matched = pc.match_substring(pc.ascii_lower(names[part.start : part.stop]), lower)
        return np.asarray(matched.to_numpy(zero_copy_only=False))

    return np.concatenate(list(in_parallel(found, block_slices(row.n_samples))))


def _arrow(names: Sequence[str]) -> pa.LargeStringArray:
    """Return names as an Arrow array, without a copy of their text."""
    if isinstance(names, PackedNames):
        ends = np.concatenate([[0], names.ends]).astype(np.int64)
        return pa.LargeStringArray.from_buffers(len(names), pa.py_buffer(ends), pa.py_buffer(names.content))
    return pc.cast(pa.array(np.arange(len(names))), pa.large_string())


def _rows(
    session: Session, row: SampleSetRow, quantities: Sequence[str], blocks: Sequence[int]
) -> Result[Any]:
    table = SampleBlockRow.__table__.c
    query = select(table.quantity, table.block, *(table[name] for name in STORED_AS)).where(
        table.sample_set_id == row.id, table.quantity.in_(quantities)
    )
    return session.connection().execute(query.where(table.block.between(blocks[0], blocks[-1])))
