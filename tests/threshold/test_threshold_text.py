from hypothesis import assume, given
from hypothesis import strategies as st

from trecx.threshold.threshold_text import threshold_text

ENDS = st.floats(0, 1, width=32) | st.floats(0, 1)


@given(ENDS, ENDS | st.just(float("inf")))
def test_what_is_printed_lies_within_the_plateau(low, high):
    assume(low < high)
    text = threshold_text(low, high)
    assert low < float(text) <= high
    assert (text == "inf") == (low >= 1)


@given(ENDS, ENDS)
def test_it_has_no_more_digits_than_it_takes(low, high):
    assume(low < high)
    text = threshold_text(low, high)
    digits = len(text.split(".")[1]) if "e" not in text else 17
    if 3 < digits < 17:
        shorter = int(float(text) * 10 ** (digits - 1)) / 10 ** (digits - 1)
        assert not low < shorter <= high
