"""The budget's answer in words says what `choose` found."""

import re

import numpy as np
import pytest

from app.live.wish import limits_text, parse_limits
from tests.app.test_pages import context_options
from tests.app.wishes import answer_of
from trecx.device.battery import find_battery
from trecx.device.energy import estimated_costs, find_profile
from trecx.device.operating_conditions import OperatingConditions
from trecx.store import Store
from trecx.threshold.limits import Limits


def answer(context, wish, int8):
    return answer_of("digits/trecx" if context.task == "digits" else "kws/trecx", wish, int8, context)


@pytest.fixture
def kws(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    device = find_profile("nucleo-l4r5zi-tflm-2.3.1-1.8v")
    costs = estimated_costs(device, run.task, run.exit_flops)
    conditions = OperatingConditions(costs, 1200, find_battery("CR2032"))
    return context_options(store, run, conditions=conditions, device=device)


def test_nothing_asked_nothing_answered(kws):
    assert answer(kws, {}, int8=False) is None
    assert answer(kws, {"against": "final"}, int8=False) is None


def test_a_budget_that_can_be_met(kws):
    wish = {"max_energy_uj": 4600, "min_accuracy": 0.91}
    told, best = answer(kws, wish, int8=False), kws.choose(Limits(**wish)).best
    assert told["met"]
    assert told["jumps"][0] == {
        "label": "Use this ρ",
        "threshold": best.threshold,
        "title": "4,600 µJ, 3.46 MFLOPs, 91.2 %",
    }
    assert [jump["label"] for jump in told["jumps"]] == ["Use this ρ", "Cheaper", "More accurate"]
    assert told["head"] == "ρ = 0.6913 meets all limits:"
    assert told["text"].endswith("Limited by energy. Accuracy margin 0.2 pt.")


def test_a_budget_that_no_threshold_meets_names_the_nearest_two_and_what_each_gives_up(kws):
    told = answer(kws, {"max_energy_uj": 4200, "min_accuracy": 0.91}, int8=False)
    assert not told["met"]
    assert told["head"] == "No ρ meets these limits."
    assert "89.0 %; accuracy 2.0 pt too low)" in told["text"]
    assert "91.0 %; energy 351 µJ too high)" in told["text"]
    assert [jump["label"] for jump in told["jumps"]] == ["Nearest in cost", "Nearest in accuracy"]


def test_int8_is_answered_in_steps_of_256(kws):
    told = answer(kws, {"max_drop": 0.01}, int8=True)
    step = told["jumps"][0]["threshold"] * 256
    assert step % 1 == 0
    assert told["head"] == f"ρ = {step:.0f}/256 meets all limits:"


@pytest.mark.parametrize("limit", np.linspace(3900, 7000, 60))
def test_the_printed_threshold_meets_the_wish(kws, limit):
    told = answer(kws, {"max_energy_uj": limit}, int8=False)
    printed = re.fullmatch(r"ρ = ([\d.]+) meets all limits:", told["head"])
    if printed is None:
        assert told["head"] in ("No ρ meets these limits.", "ρ = ∞ (no early exit) meets all limits:")
        return
    point = kws.point(float(printed[1]))
    assert kws.conditions.quantities(point)["energy_uj"] <= limit
    assert point.accuracy == kws.choose(Limits(max_energy_uj=limit)).best.quantities["accuracy"]


def test_a_drop_against_the_final_exit_is_another_wish(kws):
    baseline = answer(kws, {"max_drop": 0.01}, int8=False)
    final = answer(kws, {"max_drop": 0.01, "against": "final"}, int8=False)
    assert baseline["jumps"][0]["threshold"] < final["jumps"][0]["threshold"]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"min_accuracy": 1.91}, "within 0..1"),
        ({"max_energy_uj": -5}, "above 0"),
        ({"max_energy_uj": float("nan")}, "above 0"),
    ],
)
def test_absurd_limits_are_told_in_place(kws, wish, words):
    told = answer(kws, wish, int8=False)
    assert not told["met"]
    assert words in told["text"]


def test_energy_asked_without_a_device_says_what_is_needed(shipped):
    store = Store()
    told = answer(context_options(store, store.find_run("kws/trecx")), {"max_energy_uj": 4600}, int8=False)
    assert "a device" in told["text"]


def test_a_wish_stands_in_the_address_and_nonsense_is_left_out():
    wish = {"max_energy_uj": 4600.0, "max_drop": 0.01, "against": "final"}
    assert parse_limits(limits_text(wish)) == wish
    guaranteed = {"max_lost": 0.01, "guarantee": 0.95, "each_class": 1.0}
    assert parse_limits(limits_text(guaranteed)) == guaranteed
    assert parse_limits("guarantee:0.5,each_class:2,guarantee:yes,max_lost:0.01") == {"max_lost": 0.01}
    assert parse_limits("max_energy_uj:many,rm -rf:1,,:,min_accuracy:0.9") == {"min_accuracy": 0.9}
    assert parse_limits("max_energy_uj:nan,max_flops:inf,max_drop:0.01,against:zzz") == {"max_drop": 0.01}


def test_small_amounts_keep_digits_that_say_something(shipped):
    store = Store()
    run = store.find_run("digits/trecx")
    told = answer(context_options(store, run), {"max_flops": 70_000, "min_accuracy": 0.5}, int8=False)
    assert re.search(r"0\.06\d\d MFLOPs", told["jumps"][0]["title"])


def test_always_running_to_the_end_is_taken_as_such_not_as_a_threshold_of_one(kws):
    everything = {"min_accuracy": float(kws.curve.accuracy[0]), "max_flops": 1e9}
    jumps = {jump["label"]: jump["threshold"] for jump in answer(kws, everything, int8=True)["jumps"]}
    best = kws.choose(Limits(**everything), int8=True).best.threshold
    assert jumps["Use this ρ"] == (None if best == float("inf") else best)
    cannot = answer(kws, {"min_accuracy": 1.0}, int8=False)["jumps"]
    assert all(jump["threshold"] is None or jump["threshold"] <= 1 for jump in cannot)
