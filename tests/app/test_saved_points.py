"""The page of saved points, and keeping one."""

import shutil
import sys
from dataclasses import replace

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from app.saved_points.list import list_key
from tests.conftest import ROOT
from tests.saved_points.records import BOARD, HOSTILE, record_of
from trecx.saved_points.record import Rule
from trecx.store import Store
from trecx.store.tables import RunRow

MAIN = str(ROOT / "app" / "main.py")
KEEP = """
from app.shared.frame import open_frame
from app.tune.save_dialog import save_point
from app.live.console import ConsoleState

frame = open_frame(any_criterion=True)
save_point(frame, ConsoleState({threshold}, {precision!r}, None, "FLOPs", {{}}))
"""


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch):
    """The dashboard works where TensorFlow is not importable."""
    for name in ("tensorflow", "keras", "keras_flops"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def own_copy(monkeypatch, tmp_path):
    """The shipped runs in a store that the test may write to."""
    file = tmp_path / "own.sqlite"
    shutil.copy(ROOT / "artifacts" / "scores.sqlite", file)
    monkeypatch.setenv("TRECX_DB", f"sqlite:///{file}")
    return file


def opened(picked=()):
    """Open the page with the points at these positions ticked."""
    page = AppTest.from_file(MAIN, default_timeout=60).run()
    page.switch_page("views/saved_points.py")
    if picked:
        key = list_key([point for point in Store().points.all() if point.retired_at is None])
        page.session_state[key] = {"selection": {"rows": list(picked), "columns": [], "cells": []}}
    page.run()
    assert not page.exception
    return page


def listed(page):
    return page.dataframe[0].value


def lines_of(frame):
    return {row["line"].strip(): row[1:].tolist() for _, row in frame.iterrows()}


def press(page, key):
    page.button(key=key).click().run()
    assert not page.exception
    return page


def keep_page(threshold=0.69, precision="float32"):
    script = KEEP.format(threshold=repr(threshold), precision=precision)
    return AppTest.from_string(script, default_timeout=60).run()


def keep(page, name, note="", author=None):
    page.text_input(key="point name").set_value(name)
    page.text_area(key="point note").set_value(note)
    if author is not None:
        page.text_input(key="point author").set_value(author)
    return press(page, "keep point now")


def test_an_empty_shelf_says_how_to_fill_it(shipped):
    page = opened()
    assert "There are no saved points yet" in page.main.caption[0].value
    assert len(page.dataframe) == 0


def test_without_any_run_the_page_still_opens_and_shows_what_was_kept(own_copy, tmp_path, monkeypatch):
    record = record_of("kws/trecx", title="Lonely")
    monkeypatch.setenv("TRECX_DB", f"sqlite:///{tmp_path / 'empty.sqlite'}")
    Store().points.save(record)
    page = opened([0])
    assert listed(page)["state"].tolist() == ["run missing"]
    assert "is no longer in this store" in page.warning[0].value
    assert page.button(key="restore").disabled


def test_keep_this_keeps_what_the_page_shows(own_copy):
    page = keep(keep_page(), " Doorbell ", "Why?\nBecause.", "Ada")
    assert "Saved" in page.success[0].value
    (saved,) = Store().points.all()
    record = saved.record
    assert (record.name, record.note, record.author) == ("Doorbell", "Why?\nBecause.", "Ada")
    assert record.rule == Rule(0.69)
    assert record.run.run_id == "kws-trecx-1bbb3c96"
    expected = record_of("kws/trecx")
    assert (record.numbers, record.setting) == (expected.numbers, expected.setting)
    assert page.text_input(key="point name").value == ""
    assert page.text_input(key="point author").value == "Ada"


def test_keep_this_takes_precision_class_mix_and_costs_along(own_copy):
    page = keep_page(0.5, "int8")
    page.selectbox(key="mix").select("even").run()
    page.selectbox(key="device").select("my own").run()
    page.text_input(key="uj").set_value("2600, 4700").run()
    keep(page, "mine")
    (saved,) = Store().points.all()
    assert saved.record.rule == Rule(0.5, precision="int8")
    setting = saved.record.setting
    assert (setting.class_mix, setting.device, setting.exit_energy_uj) == ("even", "my own", (2600.0, 4700.0))


def test_keep_this_by_entropy_keeps_a_float_softmax(own_copy):
    page = keep_page(0.5, "int8")
    run = Store().find_run("kws/trecx")
    page.selectbox(key=f"criterion of {run.run_id}").select("entropy").run()
    keep(page, "by entropy")
    assert Store().points.all()[0].record.rule == Rule(0.5, "entropy")


def test_a_name_that_will_not_do_is_told_in_place_and_the_form_stays_as_it_was(own_copy):
    page = keep(keep_page(), "", "a long thought")
    assert "has no name" in page.warning[0].value
    assert page.text_area(key="point note").value == "a long thought"
    keep(page, "Doorbell")
    keep(page, "Doorbell", "again")
    assert "this name already" in page.warning[0].value
    assert len(Store().points.all()) == 1


def test_a_read_only_store_is_told_in_place(own_copy, monkeypatch):
    Store().points.save(record_of("kws/trecx", title="Doorbell"))
    monkeypatch.setenv("TRECX_DB", f"sqlite:///file:{own_copy}?mode=ro&uri=true")
    assert "Not saved" in keep(keep_page(), "Another").warning[0].value
    page = press(opened([0]), "retire")
    assert "read\\-only" in page.warning[0].value
    assert listed(page)["name"].tolist() == ["Doorbell"]


def test_the_list_shows_name_numbers_and_that_they_hold(own_copy):
    Store().points.save(record_of("kws/trecx", title="Doorbell"))
    Store().points.save(record_of("vww/trecx", Rule(0.8), "Person", device=None))
    page = opened()
    newest, oldest = (row for _, row in listed(page).iterrows())
    assert (newest["name"], oldest["name"]) == ("Person", "Doorbell")
    assert (oldest["rho"], oldest["accuracy"], oldest["flops"], oldest["energy_uj"]) == (
        *("0.69", 91.21, 3.453, 4756),
    )
    assert newest.isna()["energy_uj"]
    assert listed(page)["state"].tolist() == ["unchanged", "unchanged"]


def test_one_point_shows_all_that_defines_it(own_copy):
    record = replace(record_of("kws/trecx", title="Doorbell", mix="even"), note="Why?\nSo.", author="Ada")
    Store().points.save(record)
    page = opened([0])
    lines = lines_of(page.dataframe[1].value)
    assert lines["ρ"] == ["0.69"]
    assert lines["Run"] == ["kws-trecx-1bbb3c96"]
    assert lines["Class mix"] == ["even"]
    assert lines["Softmax"] == ["float32"]
    assert lines["Inferences per minute"] == ["20"]
    assert lines["Device"][0].startswith("NUCLEO-L4R5ZI")
    assert lines["Accuracy (%)"] == [f"{100 * record.numbers['accuracy']:.2f}"]
    assert "Why?\nSo." in [text.value for text in page.text]
    assert any("by Ada" in caption.value for caption in page.caption)


def test_two_points_show_what_differs_and_put_the_rest_away(own_copy):
    Store().points.save(record_of("kws/trecx", title="Cautious"))
    Store().points.save(record_of("kws/trecx", Rule(0.5, precision="int8"), "Bold"))
    page = opened([0, 1])
    differ, same = (lines_of(frame.value) for frame in page.dataframe[1:3])
    assert differ["Softmax"] == ["int8", "float32", ""]
    assert differ["ρ"] == ["0.5", "0.69", ""]
    first, second, change = (
        float(cell.replace("−", "-").removesuffix(" pt")) for cell in differ["Accuracy (%)"]
    )
    assert change == pytest.approx(second - first, abs=0.011)
    assert differ["Accuracy (%)"][2].endswith(" pt")
    assert not differ["Accuracy (%)"][0].endswith(" pt")
    assert differ["Energy (µJ)"][2].startswith("+")
    assert not differ["Energy (µJ)"][2].endswith(" pt")
    assert {"Run", "Device", "Battery", "Class mix"} <= same.keys()
    assert not differ.keys() & same.keys()
    assert page.expander[0].label == f"Identical: {len(same)} of {len(same) + len(differ)} rows"


def test_a_restored_point_stands_in_the_console_with_all_that_defines_it(own_copy):
    setting = {"per_hour": 60.0, "battery": "300,3,2,0.9"}
    name = "kws/trecx-at-quarter"  # no int8 run of it is shipped, so its snapped view stays
    record = record_of(name, Rule(0.5, "margin", "int8"), "SDN", mix="even", **setting)
    Store().points.save(record)
    page = press(opened([0]), "restore")
    assert [heading.value for heading in page.main.markdown if "Choose the exit threshold ρ" in heading.value]
    address = {name: page.query_params[name] for name in ("run", "rho", "precision", "criterion")}
    assert address == {"run": record.run.run_id, "rho": "0.5", "precision": "int8", "criterion": "margin"}
    assert page.selectbox(key="run of kws").value.run_id == record.run.run_id
    assert (page.selectbox(key="mix").value, page.selectbox(key="device").value) == ("even", BOARD)
    assert (page.number_input(key="rate").value, page.selectbox(key="battery").value) == (1.0, "my own")
    assert page.text_input(key="own_battery").value == "300,3,2,0.9"


def test_restoring_over_another_setting_brings_the_defaults_back(own_copy):
    Store().points.save(record_of("kws/trecx", title="Plain"))
    page = AppTest.from_file(MAIN, default_timeout=60)
    run = Store().find_run("vww/trecx").run_id
    for name, value in {"run": run, "mix": "even", "rate": "3", "rho": "0.4"}.items():
        page.query_params[name] = value
    page.run().selectbox(key="device").select("none").run()
    page.switch_page("views/saved_points.py")
    page.session_state[list_key(Store().points.all())] = {"selection": {"rows": [0]}}
    press(page.run(), "restore")
    assert (page.query_params["rho"], page.selectbox(key="task").value) == ("0.69", "kws")
    assert (page.selectbox(key="mix").value, page.selectbox(key="device").value) == ("as tested", BOARD)
    assert (page.number_input(key="rate").value, page.selectbox(key="battery").value) == (20.0, "CR2032")


def test_measured_costs_and_a_mix_of_ones_own_are_restored(own_copy):
    record = record_of("kws/trecx", title="Mine", mix="even")
    mine = replace(
        record.setting,
        device="my own",
        costs="measured",
        exit_energy_uj=(2600.5, 4700.0),
        exit_latency_ms=None,
        class_mix="my own mix",
        class_shares=(0.5, 0.25, 0.25, *[0.0] * 9),
    )
    Store().points.save(replace(record, setting=mine))
    page = press(opened([0]), "restore")
    assert (page.text_input(key="uj").value, page.text_input(key="ms").value) == ("2600.5,4700", "")
    assert page.query_params["uj"] == "2600.5,4700"
    assert page.query_params["shares"] == "down:100,go:50,left:50"


def test_a_mix_that_the_page_has_no_name_for_is_restored_as_ones_own(own_copy):
    record = record_of("kws/trecx", title="From the command line", mix="even")
    Store().points.save(replace(record, setting=replace(record.setting, class_mix="yes=0.5")))
    page = press(opened([0]), "restore")
    assert page.selectbox(key="mix").value == "my own mix"
    assert page.query_params["shares"].startswith("down:100,go:100")


def test_renaming_retiring_and_bringing_back(own_copy):
    Store().points.save(record_of("kws/trecx", title="Taken"))
    saved = Store().points.save(record_of("kws/trecx", title="Doorbell"))
    page = opened([0])
    name = f"new name of point {saved.point_id}"
    page.text_input(key=name).set_value("Taken")
    press(page, "rename")
    assert "this name already" in page.warning[0].value
    page.text_input(key=name).set_value("Bell")
    press(page, "rename")
    assert listed(page)["name"].tolist() == ["Bell", "Taken"]
    press(page, "retire")
    assert listed(page)["name"].tolist() == ["Taken"]
    assert len(page.dataframe) == 1  # nothing is picked in the new list
    page.toggle(key="show retired").set_value(True)
    page.session_state[list_key(Store().points.all())] = {"selection": {"rows": [0]}}
    page.run()
    assert listed(page)["state"].tolist() == ["archived, unchanged", "unchanged"]
    press(page, "bring back")
    assert Store().points.all()[0].retired_at is None


def set_of_run(run_id, column, value):
    with Store()._database.writing() as session:
        setattr(session.scalars(select(RunRow).filter_by(run_id=run_id)).one(), column, value)


def test_a_run_that_is_gone_or_another_is_told_and_not_restored(own_copy):
    Store().points.save(record_of("kws/trecx", title="Doorbell"))
    set_of_run("kws-trecx-1bbb3c96", "identity", "another")
    page = opened([0])
    assert "now belongs to a different run" in page.warning[0].value
    assert page.button(key="restore").disabled
    set_of_run("kws-trecx-1bbb3c96", "run_id", "renamed")
    page = opened([0])
    assert "is no longer in this store" in page.warning[0].value
    assert page.button(key="restore").disabled
    assert [button.label for button in page.download_button] == ["C header", "JSON", "CSV"]


def test_numbers_that_are_others_today_stand_beside_those_that_were_kept(own_copy):
    record = record_of("kws/trecx", title="Doorbell")
    Store().points.save(replace(record, numbers=dict(record.numbers) | {"accuracy": 0.5}))
    page = opened([0])
    assert "1 value differs from the saved one" in page.warning[0].value
    assert listed(page)["state"].tolist() == ["changed"]
    assert lines_of(page.dataframe[1].value) == {"Accuracy (%)": ["50.00", "91.21", "+41.21 pt"]}
    assert not page.button(key="restore").disabled


def test_a_device_that_is_not_known_any_more_is_told(own_copy):
    record = record_of("kws/trecx", title="Doorbell")
    Store().points.save(replace(record, setting=replace(record.setting, device="abacus")))
    assert "unknown device" in opened([0]).warning[0].value.lower()


def test_hostile_names_and_notes_only_show_themselves(own_copy):
    name = HOSTILE[:80].strip()
    record = replace(record_of("vww/trecx", title=name), note=(HOSTILE * 200)[:10_000], author=name)
    Store().points.save(record)
    page = opened([0])
    assert listed(page)["name"].tolist() == [name]
    assert record.note in [text.value for text in page.text]
    assert not any(element.allow_html for element in page.markdown)
    shown = next(element.value for element in page.main.markdown if "script" in element.value)
    assert "\\<script\\>" in shown
    assert "\\*\\*b\\*\\*" in shown
    Store().points.save(replace(record, name="tame", rule=Rule(0.5)))
    assert not opened([0, 1]).exception
