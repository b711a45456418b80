"""Splits part no keys, lose no sample, and keep every class in proportion."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trecx.datasets.splits import hold_back, split_by_key


@given(
    st.lists(st.sampled_from("abcdefghij"), min_size=1),
    st.sampled_from([(0.7, 0.1, 0.2), (0.5, 0.5), (1.0,)]),
)
def test_equal_keys_never_part_and_nothing_is_lost(keys, shares):
    found = split_by_key(keys, shares)
    assert sorted(np.concatenate(found).tolist()) == list(range(len(keys)))
    sets = [{keys[position] for position in part} for part in found]
    assert sum(map(len, sets)) == len(set().union(*sets))
    largest = max(map(keys.count, keys))
    for part, share in zip(found, shares, strict=True):
        assert abs(len(part) - share * len(keys)) <= largest


@given(st.lists(st.integers(0, 3), min_size=1), st.floats(0, 1))
def test_what_is_held_back_has_every_class_in_proportion(labels, share):
    count = round(share * len(labels))
    kept, held = hold_back([str(position) for position in range(len(labels))], np.array(labels), count)
    assert sorted([*kept, *held]) == list(range(len(labels))) and len(held) == count
    for label in set(labels):
        expected = count * labels.count(label) / len(labels)
        assert abs(sum(labels[position] == label for position in held) - expected) <= 1 + 1e-9
