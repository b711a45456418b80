"""Columns: what is packed comes back bit for bit, and what was changed is noticed."""

import zlib
from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from trecx.store.blocks import block_slices, column_rows, read_columns
from trecx.store.columns import (
    SAMPLES_A_BLOCK,
    DamageError,
    checksum,
    dtype_for,
    packed,
    read_json,
    row_checksum,
    unpacked,
)

DTYPES = ("|u1", "<u2", "<u4", "<f4", "<f8", "<i8")
arrays = st.sampled_from(DTYPES).flatmap(lambda dtype: nps.arrays(dtype, st.integers(1, 300)))


@given(arrays)
def test_a_column_comes_back_bit_for_bit(values):
    found = unpacked(packed(values), values.dtype.str, values.size)
    assert found.dtype == values.dtype
    assert found.tobytes() == values.tobytes()


@given(arrays)
def test_a_column_is_the_bytes_of_its_values_plane_by_plane_as_zstd(values):
    planes = pa.Codec("zstd").decompress(packed(values), values.nbytes, asbytes=True)
    raw, size = values.tobytes(), values.dtype.itemsize
    assert planes == b"".join(raw[k::size] for k in range(size))


def test_any_layout_of_the_same_values_gives_the_same_column():
    values = np.arange(24, dtype=np.float32).reshape(4, 6)
    assert packed(np.asfortranarray(values)) == packed(values) == packed(values.astype(">f4"))
    assert packed(values[:, 2]) == packed(values[:, 2].copy())


def test_what_is_no_column_is_refused():
    content = packed(np.arange(10, dtype=np.uint16))
    for wrong, size in ((b"nonsense", 10), (content, 9), (content[:-3], 10)):
        with pytest.raises(ValueError, match="not a column of"):
            unpacked(wrong, "<u2", size)


@pytest.mark.parametrize(
    ("largest", "dtype"), [(0, "|u1"), (255, "|u1"), (256, "<u2"), (65_535, "<u2"), (65_536, "<u4")]
)
def test_class_numbers_take_the_smallest_type(largest, dtype):
    assert dtype_for(largest) == dtype


def test_blocks_cover_all_samples():
    assert SAMPLES_A_BLOCK == 65_536  # docs/store.md
    assert block_slices(1) == [slice(0, 1)]
    assert block_slices(SAMPLES_A_BLOCK) == [slice(0, SAMPLES_A_BLOCK)]
    slices = block_slices(2 * SAMPLES_A_BLOCK + 5)
    assert [part.start for part in slices] == [0, SAMPLES_A_BLOCK, 2 * SAMPLES_A_BLOCK]
    assert [part.stop for part in slices] == [SAMPLES_A_BLOCK, 2 * SAMPLES_A_BLOCK, 2 * SAMPLES_A_BLOCK + 5]


KEYS = [("labels", block) for block in range(40)]


def rows():
    """Rows of forty columns of owner 7, without the owner."""
    columns = [(key, lambda key=key: np.arange(key[1] + 1, dtype=np.float32)) for key in KEYS]
    parts = list(column_rows(7, columns))
    assert [len(part) for part in parts] == [16, 16, 8]  # not all in memory at once
    assert {row[0] for part in parts for row in part} == {7}
    return [row[1:] for part in parts for row in part]


def found_in(rows, sizes=None):
    found = {}
    read_columns(rows, {key: key[1] + 1 for key in KEYS} if sizes is None else sizes, found.__setitem__)
    return found


def test_columns_are_read_in_any_order():
    found = found_in(rows()[::-1])
    assert list(map(len, (found[key] for key in KEYS))) == list(range(1, 41))
    assert found["labels", 3].tolist() == [0, 1, 2, 3]
    assert list(found_in(rows(), {("labels", 5): None})) == [("labels", 5)]


@pytest.mark.parametrize("place", range(2, 6))
def test_a_value_of_a_row_that_was_changed_is_noticed(place):
    changed = rows()
    row = list(changed[9])
    row[place] = {2: "<i4", 3: 11, 4: row[4] ^ 1, 5: bytes([row[5][0], row[5][1] ^ 1, *row[5][2:]])}[place]
    changed[9] = tuple(row)
    with pytest.raises(DamageError, match="labels, block 10 is damaged"):
        found_in(changed)


@pytest.mark.parametrize("content", [None, "text", 7])
def test_content_of_another_kind_is_noticed(content):
    changed = rows()
    changed[0] = (*changed[0][:-1], content)
    with pytest.raises(DamageError, match="labels, block 1 is damaged"):
        found_in(changed)


def test_columns_that_changed_places_are_noticed():
    one, other, *rest = rows()
    swapped = [(*one[:2], *other[2:]), (*other[:2], *one[2:]), *rest]
    with pytest.raises(DamageError, match="is damaged"):
        found_in(swapped, dict.fromkeys(KEYS))


def test_a_column_of_another_size_or_none_is_noticed():
    with pytest.raises(DamageError, match="labels, block 1 is damaged"):
        found_in(rows(), {("labels", 0): 2})
    with pytest.raises(DamageError, match="labels, block 40 is missing"):
        found_in(rows()[:-1])
    with pytest.raises(DamageError, match="confidence, exit 2, block 1 is missing"):
        found_in([], {("confidence", 1, 0): 5})


def test_a_checksum_is_of_the_content_and_of_its_place():
    sums = {checksum(b"abc", *key) for key in (("a", 0, 1), ("a", 1, 0), ("b", 0, 1), ("a", 0), ())}
    assert len(sums) == 5
    assert checksum(b"abd", "a", 0, 1) not in sums
    assert checksum(b"abc", "a", 0, 1) == zlib.crc32(b"abc", zlib.crc32(b"a/0/1"))  # docs/store.md


def test_a_row_has_the_same_checksum_in_any_order_of_its_columns():
    row = {"name": "ü", "numbers": [1.5, 2], "created_at": datetime(2026, 11, 28), "none": None}
    assert row_checksum(row) == row_checksum(dict(reversed(row.items())))
    assert row_checksum({"at": datetime(2026, 11, 28, 1, 2)}) == zlib.crc32(b'{"at": "2026-11-28T01:02:00"}')
    for name, value in (
        ("name", "u"),
        ("numbers", [1.5, 3]),
        ("created_at", datetime(2026, 11, 29)),
        ("none", b""),
    ):
        assert row_checksum(row | {name: value}) != row_checksum(row)


@pytest.mark.parametrize("text", ["{", "\x00", None, "[" * 100_000])
def test_a_text_that_is_no_json_is_damage(text):
    assert read_json('{"a": 1}') == {"a": 1}
    with pytest.raises(DamageError, match="a JSON text is damaged"):
        read_json(text)
