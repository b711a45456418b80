"""Whatever stands in a page's address: it is understood, or told, and the page opens."""

import re

import numpy as np
import pytest
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from app.live.budget import answer
from app.live.mix import parse_mix, spell_mix
from app.live.wish import EACH_CLASS, GUARANTEE, Wish, limits_text, parse_limits
from tests.conftest import ROOT, SHIPPED
from tests.fuzz.harness import fuzz, only
from trecx.device.battery import find_battery
from trecx.device.energy import estimated_costs, find_profile
from trecx.device.operating_conditions import OperatingConditions
from trecx.errors import ClassMixError, EnergyError, UnknownNameError
from trecx.store import Store
from trecx.threshold.exit_criteria import LARGEST
from trecx.threshold.limits import LIMITED
from trecx.threshold.run_context import RunContext

BOARD = "nucleo-l4r5zi-tflm-2.3.1-1.8v"
WORDS = (
    *(
        "0",
        "1",
        "-1",
        "0.9",
        "inf",
        "-inf",
        "nan",
        "1e999",
        "1e-320",
        "1_0",
        "١",
        "9" * 400,
        "",
        " ",
        "a",
        "\0",
        "%00",
        "%zz",
    ),
    *(
        "<script>alert(1)</script>",
        "![x](http://127.0.0.1/x)",
        "$a$",
        "\u202ea",
        "\ud800".encode("utf-8", "replace").decode(),
    ),
    *(
        "../..",
        "none",
        "my own",
        "my own mix",
        "any",
        "final",
        "whole",
        "int8",
        "energy",
        "entropy",
        "margin",
        "x" * 5_000,
    ),
)
word = st.sampled_from(WORDS) | st.text(max_size=12)
NAMES, COUNTS = ("yes", "no", "a:b,c", "<b>"), np.array([3, 2, 1, 0])


def joined(heads, separator=","):
    part = st.builds(
        "{}{}{}".format, st.sampled_from(heads) | word, st.sampled_from((":", "", "::", "=")), word
    )
    return st.lists(part, max_size=4).map(separator.join)


@fuzz(150, text=joined(("yes", "no", "a%3Ab%2Cc", "%3Cb%3E")) | word)
def test_any_class_mix_in_an_address(text):
    with only(ClassMixError):
        mix = parse_mix(text, NAMES, COUNTS)
        assert len(mix) == 4 and all(0 <= share <= 100 for share in mix) and mix[3] == 0
        assert parse_mix(spell_mix(NAMES, mix), NAMES, COUNTS) == mix or not any(mix)


def context(store, run):
    costs = estimated_costs(find_profile(BOARD), run.task, run.exit_flops)
    baseline = store.load_table(store.baseline_of(run))
    return RunContext(
        run.task, store.load_table(run), baseline, OperatingConditions(costs, 60.0, find_battery("CR2032"))
    )


STORE = Store(SHIPPED)
RUN = STORE.find_run("kws/trecx")
LOOKED_AT = context(STORE, RUN)
NO_LIMITS = {"against", GUARANTEE, EACH_CLASS}


@pytest.mark.usefixtures("shipped")
@fuzz(100, text=joined((*LIMITED, "against", f"{GUARANTEE}:0.9", f"{EACH_CLASS}:1")) | word)
def test_any_wish_in_an_address(text):
    with only():
        wish = parse_limits(text)
        found = answer(Wish(wish, RUN, STORE.name, LOOKED_AT, LARGEST, int8=False))
        assert (found is None) == (not set(wish) - NO_LIMITS)
        assert parse_limits(limits_text(wish)).keys() == wish.keys()


@fuzz(150, text=joined(("225", "3"), ",") | st.lists(word, max_size=5).map(",".join))
def test_any_battery_in_an_address(text):
    with only(EnergyError, UnknownNameError):
        assert find_battery(text).usable_joule > 0


VIEWS = ("tune", "compare", "confidence", "classes", "samples", "saved_points", "import_scores", "score")
ASKED = (
    *(
        "run",
        "rho",
        "criterion",
        "mix",
        "shares",
        "device",
        "uj",
        "ms",
        "battery",
        "own_battery",
        "rate",
        "wish",
        "precision",
        "half",
        "split_seed",
    ),
    *(
        "axis",
        "view",
        "outcome",
        "true",
        "predicted",
        "at",
        "gap",
        "sample",
        "text",
        "confidence",
        "designs_kws",
        "zoom",
        "task",
    ),
)
PICTURE = "![x](http://bad.example/x) <img src=x> $a$"
OWN = {"mix": "my own mix", "device": "my own", "battery": "my own"}


def opened(view, address):
    page = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=120)
    for name, value in address.items():
        page.query_params[name] = value
    page.switch_page(f"views/{view}.py").run()
    assert not page.exception
    return page


@pytest.mark.usefixtures("shipped")
@fuzz(8, view=st.sampled_from(VIEWS), address=st.dictionaries(st.sampled_from(ASKED), word, max_size=6))
def test_any_address_opens_a_page(view, address):
    opened(view, address)


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("view", ["tune", "samples", "compare"])
@pytest.mark.parametrize("further", [{}, OWN], ids=["all", "own"])
def test_an_address_shows_neither_picture_nor_markup_of_its_own(view, further):
    page = opened(view, dict.fromkeys(ASKED, PICTURE) | further)
    told = (page.warning, page.error, page.info, page.caption, page.markdown, page.success)
    shown = [text.value for texts in told for text in texts if "bad" in text.value]
    assert len(shown) >= 3
    assert [text for text in shown if re.search(r"(?<!\\)(!\[|<img|\$a)", text)] == []
