"""One threshold per exit on the pages: the address, what the console is given, saved points, captions."""

import json
import math
import re

import pytest
from streamlit.testing.v1 import AppTest

from app.live.per_exit_answer import vectors_answer
from app.live.wish import Wish
from app.tune.save_dialog import NAME
from tests.conftest import ROOT
from trecx.datasets.halves import HELD_OUT, Half
from trecx.store import Store
from trecx.store.run_context import counts_of, load_context
from trecx.threshold.per_exit.decision import AT

MAIN = str(ROOT / "app" / "main.py")


def opened(view="tune", **address):
    page = AppTest.from_file(MAIN, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    if view != "tune":
        page.switch_page(f"views/{view}.py").run()
    assert not page.exception
    return page


def console_of(page):
    (proto,) = [element.proto for element in page.main if "trecx_console" in str(element.proto)]
    return json.loads(proto.json)


def test_the_thresholds_in_the_address_are_shown_with_the_front_and_kept(shipped):
    page = opened(run="kws/sdn", rho="0.69", per_exit="0.5,0.7,inf")
    data = console_of(page)
    assert data["per_exit"] == [0.5, 180 / 256, None]  # rounded up to k/256
    assert data["front"] is not None
    assert page.query_params["per_exit"] == "0.5,0.703125,inf"
    assert page.query_params["rho"] == "0.69"


def test_without_thresholds_in_the_address_the_rows_are_sent_and_the_front_is_not_computed(shipped):
    data = console_of(opened(run="kws/sdn", rho="0.69"))
    assert data["per_exit"] is None
    assert data["vectors"] is not None
    assert data["front"] is None


@pytest.mark.parametrize(
    ("run", "text", "said"),
    [
        ("kws/sdn", "0.5,0.7", "needs 3 numbers from 0 to 1 or inf here"),
        ("kws/sdn", "0.5,0.7,2", "needs 3 numbers"),
        ("kws/sdn", "0.5,x,1", "needs 3 numbers"),
        ("kws/sdn", "nan,0.5,0.5", "needs 3 numbers"),
        ("kws/trecx", "0.5", "needs two early exits or more"),
    ],
)
def test_thresholds_that_do_not_fit_the_run_cause_a_warning_and_one_rho(shipped, run, text, said):
    page = opened(run=run, rho="0.69", per_exit=text)
    (warning,) = page.sidebar.warning
    assert said in warning.value
    assert console_of(page)["per_exit"] is None
    assert "per_exit" not in page.query_params


def test_a_run_of_two_exits_is_sent_no_rows(shipped):
    data = console_of(opened(run="kws/trecx", rho="0.69"))
    assert (data["vectors"], data["front"]) == (None, None)


def test_other_pages_say_that_they_show_one_rho(shipped):
    for view in ("classes", "samples", "confidence"):
        words = [
            caption.value
            for caption in opened(view, run="kws/sdn", rho="0.69", per_exit="0.5,0.7,inf").caption
        ]
        assert "Below, the numbers are for one threshold: ρ = 0.690." in words
        words = [caption.value for caption in opened(view, run="kws/sdn", rho="0.69").caption]
        assert not [said for said in words if "one threshold" in said]


def test_a_saved_point_has_the_thresholds_and_their_numbers(own_copy):
    page = opened(run="kws/sdn", rho="0.69", per_exit="0.5,0.75,inf")
    page.text_input(key=NAME).set_value("by exit")
    page.button(key="keep point now").click().run()
    assert not page.exception
    store = Store()
    (saved,) = store.points.all()
    assert saved.record.rule.per_exit == (0.5, 0.75, math.inf)
    run = store.find_run("kws/sdn")
    point = counts_of(store, run, per_exit=(0.5, 0.75, math.inf)).operating_point(AT)
    assert saved.record.numbers["flops"] == point.flops
    assert saved.record.numbers["confusion"] == point.confusion.tolist()


def wish_of(asked, name="kws/sdn", half=None, **context):
    store = Store()
    run = store.find_run(name)
    return Wish(asked, run, store.name, load_context(store, run, half=half, **context), "largest", True)


def test_the_answer_has_the_best_thresholds_and_says_what_one_rho_costs(shipped):
    found = vectors_answer(wish_of({"max_drop": 0.01, "against": "final"}))
    assert found["met"]
    assert "3.74 MFLOPs" in found["text"]
    assert re.search(r"; one ρ \(\d+/256\): 3.91 MFLOPs", found["text"])
    assert found["jumps"][0]["label"] == "Use these thresholds"
    assert "never" not in found["head"]
    chosen = [value or math.inf for value in found["jumps"][0]["thresholds"]]
    store = Store()
    point = counts_of(store, store.find_run("kws/sdn"), per_exit=chosen).operating_point(AT)
    assert f"{point.flops / 1e6:.2f} MFLOPs" in found["text"]
    assert ", ".join(f"{value:.4f}" for value in chosen) in found["head"]


def test_limits_that_no_thresholds_meet_are_answered_with_the_nearest(shipped):
    found = vectors_answer(wish_of({"max_flops": 2e6, "min_accuracy": 0.9}))
    assert not found["met"]
    assert "no thresholds meet these limits" in found["head"]
    assert [jump["label"] for jump in found["jumps"]] == ["Nearest in cost", "Nearest in accuracy"]
    assert vectors_answer(wish_of({})) is None
    assert (
        vectors_answer(wish_of({"min_battery_days": 3})) is None
    )  # the answer for one ρ says what is missing


def test_guaranteed_thresholds_say_how_many_samples_they_rest_on(shipped):
    found = vectors_answer(wish_of({"min_accuracy": 0.85, "guarantee": 0.95}))
    assert found["met"]
    assert "hold this with 95 % probability" in found["head"]
    assert "others gave the candidates" in found["text"]
    found = vectors_answer(wish_of({"min_accuracy": 0.95, "guarantee": 0.95}))
    assert not found["met"]
    assert found["jumps"] == []


def test_thresholds_chosen_on_one_half_are_measured_on_the_half_that_is_shown(shipped):
    half = Half(HELD_OUT, 0)
    found = vectors_answer(wish_of({"min_accuracy": 0.9}, half=half))
    assert "on the calibration half" in found["head"]
    chosen = [value or math.inf for value in found["jumps"][0]["thresholds"]]
    store = Store()
    point = counts_of(store, store.find_run("kws/sdn"), half=half, per_exit=chosen).operating_point(AT)
    assert (
        f"On the held-out half: {point.flops / 1e6:.2f} MFLOPs, {100 * point.accuracy:.1f} %."
        in found["text"]
    )
