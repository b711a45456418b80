import json
import tracemalloc

import pytest

from trecx.errors import ScoresError
from trecx.scores.names import NumberedNames, check_distinct


def test_numbered_names_read_like_a_tuple_of_numbers():
    names = NumberedNames(12)
    expected = tuple(str(k) for k in range(12))
    assert names == expected == tuple(names)
    assert names == NumberedNames(12) and names != NumberedNames(11)
    assert (names[3], names[-1], names[2:5]) == ("3", "11", ("2", "3", "4"))
    assert "11" in names and "12" not in names
    assert hash(names) == hash(expected)
    assert json.dumps(list(names)) == json.dumps(list(expected))
    with pytest.raises(IndexError):
        names[12]


def test_ten_million_numbered_names_take_no_memory():
    tracemalloc.start()
    names = NumberedNames(10_000_000)
    assert names[9_999_999] == "9999999"
    assert tracemalloc.get_traced_memory()[1] < 10_000
    tracemalloc.stop()


@pytest.mark.parametrize("names", [["a", "b", "a"], ["", ""], ["x"] * 1000])
def test_a_name_that_is_there_twice_is_named(names):
    with pytest.raises(ScoresError, match=f"clips must be distinct, but '{names[0]}' occurs"):
        check_distinct("clips", names)


def test_names_of_equal_hashes_that_differ_are_distinct():
    class Colliding(str):
        __slots__ = ()

        def __hash__(self):
            return 1

    check_distinct("clips", [Colliding("a"), Colliding("b")])
