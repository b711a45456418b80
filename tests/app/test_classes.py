import io
import json
import math
import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from app.classes.accuracy_loss import overall_words
from app.classes.confusion_cells import Confusion, confusion_csv
from app.classes.table import Column, class_csv
from app.shared.plain_text import plain
from tests.browser.session import CHART, browser, dashboard, open_page
from tests.conftest import ROOT
from trecx.errors import StoreError
from trecx.glossary import definition
from trecx.scores import ExitScores
from trecx.store import Provenance, Store
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.class_changes import changes_from_final
from trecx.threshold.class_results import mean_estimates
from trecx.threshold.exit_table import ExitTable

MAIN = str(ROOT / "app" / "main.py")


def opened(**address):
    page = AppTest.from_file(MAIN, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    page.switch_page("views/classes.py").run()
    assert not page.exception
    return page


def charts(page):
    return [element.proto for element in page.main if "trecx_chart" in str(element.proto)]


def words(page):
    return " ".join(element.value for element in (*page.main.markdown, *page.main.caption))


def save(scores, task="kws", system="trecx"):
    about = Provenance(task, system, "imported", "mine", "test", "m", None, 1, {})
    return Store().save_run(about, scores)


def trace_only(n_classes=3, n_exits=2, labels=None, n_samples=60):
    random = np.random.default_rng(0)
    return ExitScores(
        random.integers(0, n_classes, n_samples) if labels is None else labels,
        np.arange(1, n_exits + 1) * 100_000,
        predictions=random.integers(0, n_classes, (n_samples, n_exits)),
        confidence=random.random((n_samples, n_exits)),
        class_names=[f"class {k}" for k in range(n_classes)],
    )


@pytest.mark.parametrize(
    ("name", "rho"), [("kws/sdn", "0.7"), ("vww/trecx", "0"), ("digits/trecx", "inf"), ("digits/sdn", "1")]
)
def test_the_page_opens_for_every_task_number_of_exits_and_threshold(shipped, name, rho):
    run = Store().find_run(name)
    page = opened(run=run.run_id, rho=rho)
    assert "Which classes lose accuracy?" in page.main.markdown[0].value
    assert len(charts(page)) == 2
    of_exits = ["early exit"] if run.n_exits == 2 else [f"exit {k + 1}" for k in range(run.n_exits - 1)]
    assert page.button_group(key="confusion").options == [
        *("at this ρ", *of_exits, "final exit", "change vs final exit")
    ]
    for chosen in (*of_exits, "final exit", "change vs final exit"):
        page.button_group(key="confusion").set_value(chosen).run()
        assert not page.exception


def test_the_answer_is_given_in_words_and_the_table_holds_the_numbers(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    scores = store.load_scores(run)
    page, point = opened(run=run.run_id, rho="0.69"), operating_point(scores, 0.69)
    assert (
        "**Accuracy falls by 1.23 pt overall** vs the final exit (95 % CI 0.81 to 1.64). "
        "**3 of 12 classes lose significantly**: right −4.8, go −3.2, no −2.0 pt."
    ) in words(page)
    shown = page.dataframe[1].value.set_index("class")
    counts = scores.labels.tolist().count(6)
    right = shown.loc["right"]
    assert right["n"] == counts == 396
    assert right["accuracy %"] == pytest.approx(100 * point.confusion[6, 6] / counts)
    assert right["exit rate %"] == pytest.approx(100 * point.class_exits[6, 0] / counts)
    assert right["MFLOPs"] == pytest.approx(point.class_exits[6] @ scores.exit_flops / counts / 1e6)
    change = changes_from_final(ExitTable.of(scores), 0.69).by_class()
    assert right["change pt"] == pytest.approx(100 * change.value[6])
    assert right["change pt interval"] == "−7.0 to −2.6"


def test_where_only_the_total_loss_is_significant_the_sentence_leads_with_the_total():
    labels = np.arange(12 * 40) % 12
    predictions = np.stack([labels, labels], axis=1)
    wrong = np.arange(12)  # the early exit is wrong for one sample of each class
    predictions[wrong, 0] = (labels[wrong] + 1) % 12
    confidence = np.ones((len(labels), 2))
    save(ExitScores(labels, np.array([1000, 2000]), predictions=predictions, confidence=confidence))
    text = words(opened(rho="0.5"))
    assert (
        "**Accuracy falls by 2.50 pt overall** vs the final exit (95 % CI 0.98 to 3.99); "
        "no single class loses significantly."
    ) in text
    assert not re.search(r"\*\*no[^*]*class", text, re.IGNORECASE)


def test_a_total_change_whose_interval_includes_0_is_called_not_significant():
    assert overall_words((0.001, -0.002, 0.004), "baseline") == (
        "**The overall accuracy change is not significant**: +0.10 pt vs the baseline "
        "(95 % CI −0.20 to +0.40)"
    )
    assert overall_words((0.004, 0.001, 0.007), "final exit", mixed=True) == (
        "**Accuracy rises by 0.40 pt overall** in this class mix vs the final exit (95 % CI 0.10 to 0.70)"
    )


def test_a_link_with_the_old_name_of_the_change_still_shows_it(shipped):
    page = opened(rho="0.69", confusion="what ρ changes")
    assert page.button_group(key="confusion").value == "change vs final exit"


def test_changes_are_in_points_and_shares_in_percent(shipped):
    page = opened(rho="0.69")
    for chosen, unit in (("at this ρ", "in %"), ("change vs final exit", "in pt")):
        page.button_group(key="confusion").set_value(chosen).run()
        assert page.toggle(key="cells_in_percent").label == unit
    page.toggle(key="cells_in_percent").set_value(True).run()
    page.button_group(key="confusion").set_value("at this ρ").run()
    assert page.toggle(key="cells_in_percent").value


def test_help_texts_of_columns_are_the_definitions_of_the_glossary(shipped):
    columns = json.loads(opened().dataframe[1].proto.columns)
    assert columns["exit rate %"]["help"] == definition("exit rate")
    assert columns["MFLOPs"]["help"] == definition("expected FLOPs")
    assert columns["accuracy % interval"]["help"] == definition("95 % CI")


def test_energy_is_shown_only_where_the_device_is_known(shipped):
    page = opened()
    assert "mJ (est.)" in page.dataframe[1].value.columns
    page.selectbox(key="device").select("none").run()
    assert not [name for name in page.dataframe[1].value.columns if "J" in name]
    assert "mean FLOPs (millions)" in str(charts(page)[0])


def test_the_baseline_is_a_reference_only_where_it_answered_the_same_samples(shipped):
    page = opened(rho="0.69")
    assert page.button_group(key="against").options == ["final exit", "baseline"]
    page.button_group(key="against").set_value("baseline").run()
    assert "**2 of 12 classes lose significantly**: off −3.0, on −2.8 pt." in words(page)
    assert "**Accuracy falls by 0.96 pt overall** vs the baseline (95 % CI 0." in words(page)


def test_without_a_baseline_the_final_exit_is_the_only_reference():
    save(trace_only())
    assert opened().button_group(key="against").options == ["final exit"]


def test_another_threshold_has_other_numbers(shipped):
    page, moved, never = (opened(rho=rho) for rho in ("0.9", "0.5", "inf"))
    assert (moved.query_params["rho"], never.query_params["rho"]) == ("0.5", "inf")
    assert not page.dataframe[1].value.equals(moved.dataframe[1].value)
    assert "**No class loses accuracy**: no clip exits early" in words(never)


def test_an_exact_threshold_of_the_address_is_kept_until_the_user_moves_it(shipped):
    assert opened(rho="0.691315829").query_params["rho"] == "0.691315829"


def test_a_class_mix_changes_the_overall_number_and_says_that_no_class_changes(shipped):
    page = opened(rho="0.69")
    before = page.dataframe[1].value
    assert "not the results within a class" not in words(page)
    page.selectbox(key="mix").select("95 % silence and unknown").run()
    assert before.equals(page.dataframe[1].value)
    assert "**The overall accuracy change is not significant**: +0." in words(page)
    assert " pt in this class mix vs the final exit (95 % CI −0." in words(page)
    assert "The class mix changes the overall accuracy, not the results within a class." in words(page)


@pytest.mark.parametrize("n_exits", [2, 3])
def test_a_trace_without_softmax_has_all_numbers(n_exits):
    save(trace_only(n_exits=n_exits))
    page = opened(rho="0.5")
    assert len(charts(page)) == 2
    assert page.dataframe[1].value["n"].sum() == 60


def test_one_class_and_two_classes_work():
    for n_classes in (1, 2):
        save(trace_only(n_classes), system=("sdn", "trecx")[n_classes - 1])
        page = opened(run=next(run for run in Store().runs() if len(run.class_names) == n_classes).run_id)
        assert len(page.dataframe[-1].value) == n_classes
        assert not page.exception
        assert bool(page.main.info) == (n_classes == 1)  # of one class, no answer is wrong


def test_a_class_without_samples_has_a_dash():
    save(trace_only(3, labels=np.arange(60) % 2))
    page = opened(rho="0.5")
    last = page.dataframe[1].value.iloc[2]
    assert (last["class"], last["n"], last["accuracy % interval"]) == ("class 2", 0, "–")
    assert math.isnan(last["accuracy %"])
    assert "(0.1 of 2 classes expected by chance alone)" in words(page)  # those with samples


def test_of_a_hundred_classes_the_most_confused_are_drawn_and_it_is_said():
    save(trace_only(100, n_samples=3000))
    page = opened(rho="0.5")
    assert "Shown are the 30 of 100 classes that lose most; the table below has all." in words(page)
    assert "Shown are the 20 most confused of 100 classes; the CSV has all." in words(page)
    assert len(page.dataframe[1].value) == 100


def test_an_empty_store_says_how_to_fill_it():
    assert "no scores here yet" in opened().info[0].value


def test_two_selects_and_a_button_open_the_samples_of_a_cell(shipped):
    page = opened(rho="0.69")
    page.selectbox(key="cell_true").select(6).run()
    page.selectbox(key="cell_answer").select(11).run()
    assert page.button(key="open_cell").label == "Show 48 clips (at this ρ)"
    page.button_group(key="confusion").set_value("change vs final exit").run()
    assert page.button(key="open_cell").label == "Show 48 clips (at this ρ)"
    page.selectbox(key="cell_answer").select(6).run()
    assert (
        page.button(key="open_cell").label == "Show 360 clips (final exit)"
    )  # 19 of them are wrong at this ρ
    page.selectbox(key="cell_answer").select(3).run()
    assert page.button(key="open_cell").disabled


def test_the_list_beside_a_confusion_holds_its_wrong_answers_the_largest_first(shipped):
    page = opened(rho="0.69")
    listed = page.dataframe[0].value
    assert listed.iloc[0].tolist() == ["right", "unknown", 48, pytest.approx(100 * 48 / 396)]
    assert listed["clips"].is_monotonic_decreasing
    assert not (listed["true class"] == listed["predicted"]).any()
    page.button_group(key="confusion").set_value("change vs final exit").run()
    assert page.dataframe[0].value.iloc[0].tolist()[:3] == ["right", "right", -19]


def test_names_of_classes_are_never_markdown():
    scores = trace_only(2, n_samples=400)
    right = np.stack([1 - scores.labels, scores.labels], axis=1)
    save(
        ExitScores(
            scores.labels,
            scores.exit_flops,
            predictions=right,
            confidence=np.ones((400, 2)),
            class_names=["**bold**", ":red[x] <b>"],
        )
    )
    text = words(opened(rho="0.5"))
    assert r"\*\*bold\*\* −100.0" in text
    assert r"\:red\[x\] \<b\> −100.0" in text


def test_the_downloads_hold_every_number_unrounded_and_no_formula():
    seen = mean_estimates(np.array([[2, 1], [0, 0]]), [1, 0])
    text = class_csv(["=1+1", "b"], np.array([3, 0]), [Column("accuracy %", 0.01, seen)])
    table = pd.read_csv(io.StringIO(text))
    assert list(table.columns) == ["class", "n", "accuracy %", "accuracy % low", "accuracy % high"]
    assert table.iloc[0, :2].tolist() == ["'=1+1", 3]
    assert table.iloc[0, 2:].tolist() == pytest.approx([100 * part[0] for part in seen], rel=1e-12)
    assert table.iloc[1, 2:].isna().all()
    change = Confusion("x", ["a", "b"], np.array([[3, 1], [0, 2]]), "whole", np.array([[4, 0], [0, 2]]))
    assert confusion_csv(change).splitlines() == ["true class,a,b", "a,-1,1", "b,0,0"]


def test_scores_that_are_gone_are_told_in_place(shipped, monkeypatch):
    def gone(*_):
        raise StoreError("run kws-sdn is not here any more")

    monkeypatch.setattr("app.classes.accuracy_loss.paired_counts", gone)
    page = opened(run=Store().find_run("kws/sdn").run_id)
    assert page.main.error[0].value == plain("run kws-sdn is not here any more")


@pytest.mark.browser
def test_a_click_on_a_cell_opens_its_samples_and_the_threshold_goes_along():
    shipped = f"sqlite:///{ROOT / 'artifacts' / 'scores.sqlite'}"
    with dashboard(shipped) as address, browser() as chromium:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        broken = []
        page.on("pageerror", lambda error: broken.append(error))
        open_page(page, f"{address}/classes?rho=0.69", f"{CHART} >> nth=1")
        cells = page.locator(CHART).nth(1).locator(".nsewdrag").first
        box = cells.bounding_box()
        cell = {"x": box["width"] * 11.5 / 12, "y": box["height"] * 6.5 / 12}
        cells.hover(position=cell)
        cells.click(position=cell)
        page.wait_for_url("**/samples?**true=right**")
        assert "predicted=unknown" in page.url
        page.get_by_role("slider").first.wait_for()
        expect(page.locator(".trecx-console input.rho")).to_have_value("0.690")
        assert "rho=0.69" in page.url
        assert broken == []
