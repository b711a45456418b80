"""Packed names are the names that went in, and of many the repeated ones are found."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trecx.errors import ScoresError
from trecx.scores import ExitScores, name_hashes, packed_names
from trecx.scores.name_hashes import first_repetition, hashes_of
from trecx.scores.names import NumberedNames, PackedNames, check_distinct, check_writable

texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch):
    monkeypatch.setattr(packed_names, "_AT_ONCE", 3)
    monkeypatch.setattr(name_hashes, "_AT_ONCE", 3)


@given(texts, st.data())
def test_packed_names_read_like_the_tuple_they_come_from(names, data):
    packed = PackedNames.of(names)
    assert packed == tuple(names) == packed and list(packed) == names
    assert (len(packed), hash(packed)) == (len(names), hash(tuple(names)))
    part = data.draw(st.slices(len(names)))
    assert packed[part] == tuple(names[part])
    for position in range(-len(names), len(names)):
        assert packed[position] == names[position]
    whole = slice(part.start, part.stop)
    assert packed.part(whole) == tuple(names[whole])
    assert PackedNames.joined([packed.part(whole), packed]) == (*names[whole], *names)
    assert packed.is_utf8()


def test_packed_names_equal_others_of_the_same_names_only():
    packed = PackedNames.of(["0", "1"])
    assert packed == NumberedNames(2) and NumberedNames(2) == packed
    assert packed == PackedNames.of(NumberedNames(2)) and PackedNames.of(packed) is packed
    assert packed != PackedNames.of(["01", ""]) and packed != ("0",) and packed != ("0", "2")
    assert packed != ["0", "1"] and packed != ("0", 1)
    assert not isinstance(packed, tuple) and packed.part(slice(1, None)).ends.tolist() == [1]


def test_a_name_beyond_the_last_and_a_part_with_gaps_are_errors():
    packed = PackedNames.of(["a", "b"])
    for position in (2, -3):
        with pytest.raises(IndexError):
            packed[position]
    with pytest.raises(ValueError, match="step 1"):
        packed.part(slice(None, None, 2))


@settings(max_examples=200)
@given(st.lists(st.text("ab\0", max_size=20) | st.sampled_from(["x" * 2000, "y" * 2000]), max_size=12))
def test_the_first_repetition_is_found_and_only_equal_names_have_equal_hashes(names):
    packed = PackedNames.of(names)
    expected = next(((names.index(n), k) for k, n in enumerate(names) if names.index(n) < k), None)
    assert first_repetition(packed) == expected
    assert len(set(hashes_of(packed).tolist())) == len(set(names))


def test_a_packed_name_that_is_there_twice_is_named():
    with pytest.raises(ScoresError, match="clips must be distinct, but 'b' occurs 3 times"):
        check_distinct("clips", PackedNames.of(["a", "b", "a", "b", "c", "b"]))
    check_distinct("clips", PackedNames.of([]))


def test_names_of_equal_hashes_that_differ_are_distinct(monkeypatch):
    monkeypatch.setattr(name_hashes, "_mixed", lambda hashes, words: hashes)
    check_distinct("clips", PackedNames.of(["a", "b", "c"]))
    assert first_repetition(PackedNames.of(["a", "b", "a"])) == (0, 2)


@pytest.mark.parametrize(
    "parts", [[b"a\xff"], [b"\xc3", b"\xa9"], [b"\xed\xa0\x80"], [b"a", b"b", b"c", b"\xc3"]]
)
def test_names_whose_bytes_are_no_text_are_refused(parts):
    content = np.frombuffer(b"".join(parts), np.uint8)
    packed = PackedNames(content, np.cumsum([len(part) for part in parts]))
    with pytest.raises(ScoresError, match="clips must be complete characters, .* not UTF-8"):
        check_writable("clips", packed)


def test_scores_keep_packed_names_and_check_them():
    given = {"labels": [0, 1], "exit_flops": [1], "predictions": [[0], [1]], "confidence": [[1.0], [0.5]]}
    packed = PackedNames.of(["é", "b"])
    scores = ExitScores(**given, sample_names=packed)
    assert scores.sample_names is packed and scores.sample_names == ("é", "b")
    with pytest.raises(ScoresError, match="sample_names must be distinct, but 'b' occurs 2 times"):
        ExitScores(**given, sample_names=PackedNames.of(["b", "b"]))
    with pytest.raises(ScoresError, match="3 sample names, but 2 samples"):
        ExitScores(**given, sample_names=PackedNames.of(["a", "b", "c"]))


def test_a_million_packed_names_are_checked_without_a_python_string_of_each(monkeypatch):
    monkeypatch.undo()
    n = 1_000_000
    digits = np.frombuffer(b"".join(b"%07d.wav" % k for k in range(n)), np.uint8)
    tracemalloc.start()
    packed = PackedNames(digits, np.arange(11, 11 * n + 1, 11))
    check_writable("clips", packed)
    check_distinct("clips", packed)
    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()
    assert packed[-1] == "0999999.wav"
