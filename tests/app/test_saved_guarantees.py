"""Saved points with a half of the samples, a guarantee or one threshold per exit, on their page."""

import math
from dataclasses import replace

import pytest

from app.saved_points.list import list_key
from app.saved_points.status import standings
from tests.app.test_saved_points import lines_of, listed, no_tensorflow, opened, own_copy, press
from tests.saved_points.records import VECTOR, half_record, record_of
from trecx.saved_points.record import Rule
from trecx.store import Store

__all__ = ["list_key", "no_tensorflow", "own_copy"]
PER_EXIT = Rule(math.nan, "margin", "int8", per_exit=VECTOR)


def address(page):
    """What the address of this page and of the next ones says of the point."""
    names = ("rho", "per_exit", "half", "split_seed")
    carried = page.session_state["carried"]
    return {name: carried[name] for name in names if name in carried}


def test_list_and_details_show_thresholds_split_and_guarantee(own_copy):
    Store().points.save(half_record("kws/sdn", lost=0.02, title="Guaranteed"))
    Store().points.save(half_record("kws/sdn", PER_EXIT, title="Per exit"))
    page = opened([0])
    assert listed(page)["rho"].tolist() == ["0.5 · 0.75 · never", "0.88"]
    assert listed(page)["state"].tolist() == ["unchanged", "unchanged"]
    lines = lines_of(page.dataframe[1].value)
    assert lines["ρ"] == ["0.5 · 0.75 · never"]
    assert lines["Plateau of ρ"] == ["–"]
    assert lines["Guarantee"] == ["none"]
    assert lines["Measured on"] == ["held-out half, 2,492 of 4,890 samples, by speaker, seed 0"]
    lines = lines_of(opened([1]).dataframe[1].value)
    assert lines["Guarantee"] == ["at most 2.00 % of samples lost, with 95 % probability"]
    assert lines["Test and bound"] == ["exact binomial test, 2,398 calibration samples, bound 1.98 %"]
    assert lines["ρ without it"] == ["0.854"]


def test_two_points_show_that_they_are_measured_on_different_samples(own_copy):
    Store().points.save(record_of("kws/sdn", Rule(0.88), "All"))
    Store().points.save(half_record("kws/sdn", lost=0.02, title="Half"))
    differ = lines_of(opened([0, 1]).dataframe[1].value)
    assert differ["Measured on"][1] == "all samples"
    assert differ["Guarantee"] == ["at most 2.00 % of samples lost, with 95 % probability", "none", ""]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (
            lambda: half_record("kws/sdn", PER_EXIT, title="Per exit"),
            {"per_exit": "0.5,0.75,inf", "half": "held-out", "split_seed": "0"},
        ),
        (
            lambda: half_record("kws/sdn", lost=0.02, title="G"),
            {"rho": "0.88", "half": "held-out", "split_seed": "0"},
        ),
        (lambda: record_of("kws/sdn", Rule(0.7), "Plain"), {"rho": "0.7"}),
    ],
)
def test_a_restored_point_has_its_samples_and_thresholds_in_the_address(own_copy, record, expected):
    Store().points.save(record())
    page = press(opened([0]), "restore")
    found = address(page)
    if "per_exit" in expected:
        del found["rho"]  # the usual one, not that of a point before
    assert found == expected


def test_restoring_a_point_of_all_samples_leaves_the_half_and_the_thresholds_of_another(own_copy):
    Store().points.save(half_record("kws/sdn", PER_EXIT, title="Per exit"))
    Store().points.save(record_of("kws/sdn", Rule(0.7), "Plain"))
    page = press(opened([1]), "restore")
    assert {"per_exit", "half"} <= address(page).keys()
    page.switch_page("views/saved_points.py")
    page.session_state[list_key(Store().points.all())] = {"selection": {"rows": [0]}}
    press(page.run(), "restore")
    assert address(page) == {"rho": "0.7"}


def test_a_guarantee_that_no_longer_holds_stands_beside_the_saved_one(own_copy):
    record = half_record("kws/sdn", lost=0.02, title="Stricter")
    Store().points.save(replace(record, guarantee=replace(record.guarantee, limit=0.01)))
    page = opened([0])
    assert page.warning[0].value == "The guarantee no longer holds for this point\\."
    assert listed(page)["state"].tolist() == ["changed"]
    differ = lines_of(page.dataframe[1].value)
    assert differ["Guarantee"][:2] == ["at most 1.00 % of samples lost, with 95 % probability", "none"]


def test_a_guarantee_with_another_bound_stands_beside_the_saved_one(own_copy):
    record = half_record("kws/sdn", lost=0.02, title="Older")
    Store().points.save(replace(record, guarantee=replace(record.guarantee, bound=0.0150)))
    page = opened([0])
    assert "The guarantee differs from the saved one\\: bound" in page.warning[0].value
    differ = lines_of(page.dataframe[1].value)
    assert [text[-12:] for text in differ["Test and bound"][:2]] == ["bound 1.50 %", "bound 1.98 %"]


def test_a_half_with_another_size_is_told(own_copy):
    record = half_record("kws/sdn", title="Resized")
    Store().points.save(replace(record, split=replace(record.split, n_calibration=2400, n_held_out=2490)))
    assert "The samples are split differently today" in opened([0]).warning[0].value


def test_numbers_are_recomputed_on_the_same_half_with_the_same_thresholds(own_copy):
    store = Store()
    per_exit = store.points.save(half_record("kws/sdn", PER_EXIT, title="Per exit"))
    mixed = store.points.save(half_record("kws/sdn", title="Mixed", class_mix="even"))
    assert [each.words for each in standings([per_exit, mixed], store)] == ["", ""]
    on_all = replace(per_exit.record, numbers=half_record("kws/sdn", PER_EXIT, None).numbers)
    (status,) = standings([replace(per_exit, record=on_all)], store)
    assert status.changed["n_samples"] == (4890, 2492)
