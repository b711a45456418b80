"""The left column: class mix, device, battery; in the address, and told in place where they cannot be."""

import math

import pytest

from app.live.mix import even_mix, parse_mix, spell_mix
from app.shared.plain_text import plain
from tests.app.test_pages import console_of, no_tensorflow, opened, save
from trecx.errors import ClassMixError
from trecx.store import CustomProfile, Store

__all__ = ["no_tensorflow"]
NAMES, COUNTS = ("yes", "no, thanks", "a:b"), (5, 5, 0)


def mix_of(page):
    return next(element.proto for element in page.sidebar if "trecx_mix" in str(element.proto))


def data_of(page):
    return str(console_of(page)[0]).replace("\\", "")


def warnings(page):
    return " ".join(warning.value for warning in page.sidebar.warning)


def test_device_battery_and_class_mix_stand_at_the_left_and_reach_the_browser(shipped):
    page = opened()
    assert '"kind": "estimate"' in data_of(page)
    assert "CR2032" in data_of(page)
    page.selectbox(key="device").select("none").run()
    assert '"costs": null' in data_of(page)
    page.selectbox(key="mix").select("even").run()
    assert not page.exception
    page.selectbox(key="mix").select("my own mix").run()
    assert not page.exception
    assert "silence" in str(mix_of(page))


def test_a_mix_stands_in_the_address_whatever_its_classes_are_called():
    mix = [0.5, 99.123456789, 0.0]
    text = spell_mix(NAMES, mix)
    assert parse_mix(text, NAMES, COUNTS) == mix
    assert even_mix(COUNTS) == [10, 10, 0]


@pytest.mark.parametrize(
    "text", ["yes:many", "maybe:1", "a%3Ab:1", "yes:-1", "yes:nan", "yes:101", "yes", ":"]
)
def test_a_mix_that_cannot_be_is_refused(text):
    with pytest.raises(ClassMixError):
        parse_mix(text, NAMES, COUNTS)


def test_an_own_mix_of_the_address_weighs_the_numbers(shipped):
    page = opened(mix="my own mix", shares="silence:60,unknown:30,down:1")
    weights = data_of(page).partition('"weights": [')[2].partition("]")[0]
    assert [float(weight) > 0 for weight in weights.split(",")] == [k in (0, 10, 11) for k in range(12)]
    assert page.query_params["shares"] == "down:1,silence:60,unknown:30"


def test_a_mix_of_other_classes_is_told_and_replaced(shipped):
    page = opened(mix="my own mix", shares="elephant:1")
    assert "no class 'elephant'" in warnings(page)
    assert page.query_params["shares"].startswith("down:10,go:10")


def test_a_mix_in_which_no_class_occurs_leaves_the_numbers_as_tested(shipped):
    page = opened(mix="my own mix", shares="down:0")
    assert '"weights": null' in data_of(page)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2600", "one number of µJ per exit"),
        ("4700, 2600", "must increase"),
        ("a, b", "Enter numbers"),
        ("0, 1", "above 0"),
        ("-1, 1", "above 0"),
        ("nan, inf", "above 0"),
    ],
)
def test_own_measurements_that_cannot_be_are_told_in_place(shipped, typed, words):
    page = opened(device="my own", uj=typed)
    assert words in warnings(page)
    assert "Select a device" not in warnings(page)


def test_own_measurements_are_called_measured(shipped):
    page = opened(device="my own", uj="2600, 4700", ms="20,30")
    proto = data_of(page)
    assert "measured by you" in proto
    assert '"axes": ["FLOPs", "energy", "latency"]' in proto


@pytest.mark.parametrize("text", ["0,3,1,0.85", "-1,3,1,0.85", "225,3,1,7", "big", "nan,3,1,1"])
def test_a_battery_that_cannot_be_is_told_in_place(shipped, text):
    page = opened(battery="my own", own_battery=text)
    assert warnings(page)
    assert '"battery": null' in data_of(page)


NONSENSE = {
    "rho": "banana",
    "run": "../../etc/passwd",
    "axis": "joy",
    "precision": "int3",
    "wish": "max_flops:-3,min_accuracy:17,against:me",
    "device": "toaster",
    "battery": "sun",
    "mix": "<script>",
    "shares": "x:y:z",
    "rate": "often",
    "uj": ";;",
    "criterion": "whim",
}


def test_an_address_full_of_nonsense_is_told_and_the_page_shown(shipped):
    page = opened(**NONSENSE)
    told = " ".join(warning.value for warning in page.warning)
    for what in (
        "'banana'",
        "passwd",
        "'toaster'",
        "'sun'",
        "'<script>'",
        "'whim'",
        "'joy'",
        "'int3'",
        "'often'",
    ):
        assert plain(what) in told
    assert "These limits cannot be used" in str(console_of(page)[0])
    assert page.query_params["axis"] == "FLOPs"
    assert page.number_input(key="rate").value == 20


def test_a_budget_that_is_none_is_told(shipped):
    page = opened(wish="cheap please,min_accuracy:0.9")
    assert "Some limits in the address are not valid" in warnings(page)
    assert page.query_params["wish"] == "min_accuracy:0.9"


@pytest.mark.parametrize("name", NONSENSE)
def test_each_nonsense_alone_leaves_a_page(shipped, name):
    assert console_of(opened(**{name: NONSENSE[name]}))


@pytest.mark.parametrize("rate", ["0", "-5", "1e99", "nan"])
def test_an_absurd_rate_never_reaches_the_numbers(shipped, rate):
    value = opened(rate=rate).number_input(key="rate").value
    assert 0.001 <= value <= 1e6
    assert math.isfinite(value)


def typed_device(page, name, uj="100, 200"):
    page.selectbox(key="device").select("my own").run()
    page.text_input(key="uj").set_value(uj).run()
    page.text_input(key="device_name").set_value(name).run()
    return page.button(key="keep").click().run()


def test_an_own_device_is_kept_by_name_offered_again_and_forgotten():
    save("digits", "sdn", 2)
    page = typed_device(opened(), "bench 1")
    assert page.selectbox(key="device").value == "kept: bench 1"
    assert page.query_params["device"] == "kept: bench 1"
    again = opened(device="kept: bench 1")
    assert again.selectbox(key="device").value == "kept: bench 1"
    assert "100 · 200 µJ by exit, measured by you" in [text.value for text in again.sidebar.caption]
    assert "measured by you" in str(console_of(again)[0])
    again.button(key="forget").click().run()
    assert again.selectbox(key="device").value == "my own"
    assert Store().profiles.all() == []
    assert plain("no device 'kept: bench 1'") in warnings(opened(device="kept: bench 1"))


def test_a_name_twice_and_no_name_are_told_in_place():
    save("digits", "sdn", 2)
    assert "must have 1 to 80 characters" in warnings(typed_device(opened(), " "))
    typed_device(opened(), "bench")
    page = typed_device(opened(), "bench", "1, 2")
    assert "a device profile 'bench' exists already" in warnings(page)
    assert page.selectbox(key="device").value == "my own"
    assert Store().profiles.all() == [CustomProfile("bench", (100.0, 200.0))]


def test_a_device_of_another_number_of_exits_is_not_offered_and_says_why():
    save("digits", "sdn", 2)
    Store().profiles.save(CustomProfile("three", (1.0, 2.0, 3.0)))
    page = opened(device="kept: three")
    assert "three was measured for 3 exits; this run has 2" in warnings(page)
    assert "kept: three" not in page.selectbox(key="device").options


def test_a_store_that_cannot_be_written_says_so_and_keeps_the_page(tmp_path, monkeypatch):
    save("digits", "sdn", 2)
    page = opened()

    def refuse(self, profile):
        from trecx.errors import StoreError

        raise StoreError("it is read-only")

    monkeypatch.setattr("trecx.store.device_profiles.CustomProfiles.save", refuse)
    page = typed_device(page, "bench")
    assert plain("read-only") in warnings(page)
    assert console_of(page)
