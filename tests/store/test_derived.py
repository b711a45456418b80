"""What the store derives from scores when a run is saved."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores
from trecx.errors import StoreError
from trecx.store import CustomProfile, Provenance, Store
from trecx.store.derived import GAP_UNIT, confidence_bits, outcome_rows, table_bytes, table_of
from trecx.store.tables import OutcomeRow
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.outcomes import OUTCOMES

ABOUT = Provenance("mine", "trecx", "imported", "made", "test", "file", None, None, {})


def rows_of(scores):
    names = [column.name for column in OutcomeRow.__table__.columns]
    return [dict(zip(names, row, strict=True)) for part in outcome_rows(7, scores) for row in part]


@given(st.floats(0, 1), st.floats(0, 1, width=32))
def test_bits_compare_as_the_numbers_do(threshold, reached):
    assert (reached >= threshold) == (confidence_bits(reached) >= confidence_bits(threshold))


@given(exit_scores(), st.floats(0, 1) | st.just(np.inf))
def test_each_sample_has_one_outcome_at_every_threshold(scores, threshold):
    rows = rows_of(scores)
    rho = int(confidence_bits(threshold))
    here = [row for row in rows if row["leaves_above"] < rho <= row["leaves_up_to"]]
    assert sorted(row["position"] for row in here) == list(range(scores.n_samples))
    point = operating_point(scores, threshold)
    counts = np.bincount([row["outcome"] for row in here], minlength=len(OUTCOMES))
    assert counts.tolist() == point.outcome_counts.tolist()
    for row in here:
        where = row["position"], row["exit"]
        assert row["prediction"] == scores.predictions[where]
        assert row["confidence"] == confidence_bits(scores.confidence[where])
        gap = float(scores.confidence[row["position"], -1]) - float(scores.confidence[row["position"], 0])
        assert row["gap"] * GAP_UNIT == pytest.approx(gap, abs=GAP_UNIT)


@given(exit_scores())
def test_rows_come_in_the_order_of_their_key(scores):
    rows = rows_of(scores)
    keys = [tuple(row[name] for name in ("outcome", "gap", "position", "exit")) for row in rows]
    assert keys == sorted(keys)


@given(exit_scores())
def test_a_table_survives_being_stored(scores):
    table = ExitTable.of(scores)
    again = table_of(table_bytes(table), scores.exit_flops.tolist(), tuple(scores.class_names))
    for name in ("edges", "start", "moves", "exit_flops"):
        assert np.array_equal(getattr(again, name), getattr(table, name))
    assert again.class_names == table.class_names


def test_a_saved_run_brings_its_table_and_says_whether_every_score_is_there(eight):
    store = Store()
    run = store.save_run(ABOUT, eight)
    assert np.array_equal(store.load_table(run).moves, ExitTable.of(eight).moves)
    assert not run.full_softmax
    assert not store.runs()[0].full_softmax


def test_own_profiles_are_kept_by_name():
    shelf = Store().profiles
    assert shelf.all() == []
    mine = CustomProfile("my board", (2600.0, 4700.0), (4.0, 9.5))
    shelf.keep(mine)
    shelf.keep(CustomProfile("another", (1.0, 2.0, 3.0)))
    assert Store().profiles.all() == [CustomProfile("another", (1.0, 2.0, 3.0)), mine]
    assert mine.n_exits == 2
    with pytest.raises(StoreError, match="already"):
        shelf.keep(mine)
    with pytest.raises(StoreError, match="must have 1 to 80 characters"):
        shelf.keep(CustomProfile("  ", (1.0, 2.0)))
    shelf.forget("my board")
    assert [profile.name for profile in shelf.all()] == ["another"]
