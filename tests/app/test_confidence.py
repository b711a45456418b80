import json
import re
import sys
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.confidence.calibration import trust_words
from app.confidence.exit_criteria import criteria_words
from app.confidence.temperature_scaling import temperature_words
from app.shared.plain_text import plain
from tests.comparison.synthetic import save_synthetic
from tests.conftest import ROOT
from trecx.comparison.cost_at_accuracy import CostAtAccuracy
from trecx.confidence.calibration import reliability
from trecx.confidence.distribution import exit_confidence, right_and_wrong
from trecx.confidence.separation import separation
from trecx.confidence.temperature import fit_temperatures, halves
from trecx.confidence.temperature_scaling import Scaling
from trecx.glossary import definition
from trecx.scores import ExitScores
from trecx.store import Provenance, Store
from trecx.threshold.benefit_curve import benefit_curve
from trecx.threshold.exit_criteria import CRITERIA

PAGE = str(ROOT / "app" / "main.py")
TRACE = "only the largest probability is stored"


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch):
    for name in ("tensorflow", "keras", "keras_flops"):
        monkeypatch.setitem(sys.modules, name, None)


def opened(**address):
    page = AppTest.from_file(PAGE, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    page.switch_page("views/confidence.py").run()
    assert not page.exception
    return page


def charts(page):
    return [str(element.proto) for element in page.main if "trecx_chart" in str(element.proto)]


def words(page):
    found = [*page.main.markdown, *page.main.caption, *page.main.info]
    return "\n".join(element.value for element in found)


def table(page, column="AUROC"):
    return next(frame.value for frame in page.dataframe if column in frame.value)


def beside(page, side, place):
    """Count and median that stand beside one half of a violin."""
    found = re.findall(rf"u003e([\d,]+)[^,\s]+ {side}, median (\d\.\d+)", charts(page)[0])
    return found[place]


def made(n_exits=2, n_classes=12, n_samples=240, seed=0, **about):
    random = np.random.default_rng(seed)
    labels = np.arange(n_samples) % n_classes
    logits = random.normal(size=(n_samples, n_exits, n_classes))
    logits += 2 * (labels[:, None, None] == np.arange(n_classes))
    odds = np.exp(logits)
    flops = 1000 * np.arange(1, n_exits + 1)
    return ExitScores(labels, flops, odds / odds.sum(axis=2, keepdims=True), **about)


def save(scores, task="kws", system="trecx", model=None):
    about = Provenance(task, system, "imported", "mine", "test", "m", model, 1, {})
    return Store().save_run(about, scores)


@pytest.mark.parametrize("name", ["kws/trecx", "kws/sdn", "kws/branchynet", "vww/trecx", "digits/trecx"])
def test_every_part_of_the_page_is_there_for_shipped_runs(shipped, name):
    run = Store().find_run(name)
    page = opened(run=run.run_id)
    assert len(charts(page)) == 1 + run.n_exits + 2
    assert "of pairs, a correct prediction is more confident than a wrong one" in words(page)
    early = ["early exit"] if run.n_exits == 2 else [f"exit {k + 1}" for k in range(run.n_exits - 1)]
    assert list(table(page)["exit"]) == [*early, "final exit"]
    stays = "the curve stays" in words(page)
    assert stays == (len(run.class_names) == 2 and run.n_exits == 2)
    assert ("the curve is the same" in words(page)) == (len(run.class_names) == 2)
    assert not page.error


def test_the_table_holds_what_the_library_counts(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    scores = store.load_scores(run)
    page = opened(run=run.run_id)
    shown = table(page)
    for exit_ in range(2):
        seen = exit_confidence(scores, exit_)
        row, diagram, apart = shown.iloc[exit_], reliability(seen), separation(seen)
        right, wrong = right_and_wrong(seen, (0.65, 0.9))
        assert row["accuracy"] == pytest.approx(100 * run.standalone_accuracy[exit_])
        assert row["calibration error"] == pytest.approx(100 * diagram.expected_error)
        assert row["AUROC"] == pytest.approx(apart.auroc)
        assert row["AUROC interval"] == f"{apart.low:.3f} to {apart.high:.3f}"
        for side, name in ((right, "correct"), (wrong, "wrong")):
            assert beside(page, name, exit_) == (f"{side.count:,.0f}", f"{side.median:.3f}")


def test_temperatures_and_cheapest_points_are_the_librarys(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    scores = store.load_scores(run)
    page = opened(run=run.run_id)
    shown = table(page, "temperature")
    assert list(shown["temperature"]) == fit_temperatures(scores, halves(scores.labels)[0])
    curve = benefit_curve(scores)
    cheapest = curve.flops[curve.accuracy >= 4507 / 4890].min()
    assert table(page, "criterion")["MFLOPs"][0] == pytest.approx(cheapest / 1e6)
    assert "the baseline's accuracy (92.17 %)" in words(page)


def test_runs_stand_beside_each_other_and_the_band_moves_what_is_counted(shipped):
    page = opened(band=["0.5", "0.8"])
    assert page.slider(key="band").value == (0.5, 0.8)
    picker = page.multiselect(key="beside_kws")
    baseline = Store().find_run("kws/baseline", "published")
    picker.set_value([baseline.run_id]).run()
    assert list(table(page)["exit"]) == ["early exit", "final exit", "final exit"]
    scores = Store().load_scores(baseline)
    right, _ = right_and_wrong(exit_confidence(scores, 0), (0.5, 0.8))
    assert beside(page, "correct", 2) == (f"{right.count:,.0f}", f"{right.median:.3f}")
    page.slider(key="band").set_value((0.9, 1.0)).run()
    right, _ = right_and_wrong(exit_confidence(scores, 0), (0.9, 1.0))
    assert beside(page, "correct", 2) == (f"{right.count:,.0f}", f"{right.median:.3f}")


def test_a_band_without_samples_says_so(shipped):
    page = opened()
    page.slider(key="band").set_value((0.0, 0.05)).run()
    assert "No clip has a confidence of 0 to 0.05. Widen the band." in words(page)
    assert len(charts(page)) == 4
    page.slider(key="band").set_value((0.7, 0.7)).run()
    assert "The confidence band from 0.7 to 0.7 is empty." in words(page)
    assert not page.exception


def test_the_class_mix_weighs_every_number(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    scores = store.load_scores(run)
    page = opened(run=run.run_id)
    page.selectbox(key="mix").select("95 % silence and unknown").run()
    tested = np.bincount(scores.labels, minlength=12)
    quiet = np.isin(scores.class_names, ["silence", "unknown"])
    mix = tested * np.where(quiet, 0.95 / tested[quiet].sum(), 0.05 / tested[~quiet].sum())
    weights = mix * scores.n_samples / tested
    seen = exit_confidence(scores, 0, weights)
    row = table(page).iloc[0]
    assert row["calibration error"] == pytest.approx(100 * reliability(seen).expected_error)
    assert row["AUROC"] == pytest.approx(separation(seen).auroc)
    small = next(run for run in store.runs() if "small data" in run.dataset and run.n_exits > 1)
    page.multiselect(key="beside_kws").set_value([small.run_id]).run()
    assert not page.exception
    scores = store.load_scores(small)
    seen = exit_confidence(scores, 0, mix / np.bincount(scores.labels, minlength=12))
    assert table(page)["AUROC"].iloc[2] == pytest.approx(separation(seen).auroc)


def test_a_trace_shows_what_can_be_shown_and_says_what_cannot():
    save(replace(made(3), probabilities=None))
    page = opened()
    assert len(charts(page)) == 1 + 3
    assert [TRACE in info.value for info in page.info] == [True, True]
    assert len(table(page)) == 3


def test_a_store_of_one_run_has_no_baseline_to_reach():
    save(made())
    assert "At the final exit's accuracy" in words(opened())


def test_many_exits_have_a_row_and_a_diagram_each():
    save(made(9, n_samples=60))
    page = opened()
    assert len(charts(page)) == 1 + 9 + 2
    assert len(table(page)) == 9


def test_where_every_prediction_is_correct_it_says_that_auroc_is_undefined():
    scores = made()
    labels = scores.predictions[:, 0]
    save(ExitScores(labels, scores.exit_flops, scores.probabilities))
    page = opened()
    assert "AUROC is undefined, because every prediction is correct." in words(page)
    assert table(page)["AUROC"].isna()[0]
    assert "nearly all predictions in the half of the fit are correct" in words(page)


def test_help_texts_are_the_definitions_of_the_glossary(shipped):
    page = opened()
    helps = {element.value.removeprefix("##### "): element.proto.help for element in page.main.markdown}
    assert helps["Reliability diagrams"].startswith(definition("ECE"))
    assert helps["Temperature scaling"] == definition("temperature scaling")
    assert helps["Other exit criteria"] == definition("exit criterion")
    columns = json.loads(page.dataframe[0].proto.columns)
    assert columns["AUROC"]["help"] == definition("AUROC")
    assert columns["calibration error"]["help"] == definition("ECE")


def test_one_sample_is_enough_to_open_and_too_few_to_fit():
    save(made(n_samples=1, n_classes=12))
    page = opened()
    assert "too few samples" in words(page)


def test_an_empty_store_says_how_to_fill_it():
    assert "no scores here yet" in opened().info[0].value


def test_a_run_that_is_gone_is_told(monkeypatch):
    save_synthetic(Store(), "kws", "trecx", 0)
    page = opened(run="kws-trecx-00000000")
    assert plain("no run kws-trecx-00000000") in page.warning[0].value
    assert charts(page)


def reached(flops, more, goal=0.9):
    curve = benefit_curve(made())
    return CostAtAccuracy(curve, goal, 0.5, goal, 0.5, flops, more)


def test_the_verdict_on_criteria_follows_from_the_intervals():
    def said(entropy, margin, baseline=0.9):
        ways = [reached(3e6, (0, 0, 0)), reached(3e6 + entropy[0], entropy), reached(3e6 + margin[0], margin)]
        return criteria_words(dict(zip(CRITERIA, ways, strict=True)), 12, baseline)

    first = CRITERIA["largest"]
    assert "the baseline's accuracy (90.00 %), entropy is cheapest: 2.900" in said(
        (-1e5, -2e5, -1), (1, -1, 2)
    )
    assert f"The saving vs {first} is **significant**" in said((-1e5, -2e5, -1), (1, -1, 2))
    assert f"The saving vs {first} is **not significant**" in said((-1e5, -2e5, 1), (1, -1, 2))
    assert f"{first} is cheapest" in said((1e5, -1, 2e5), (1e5, -1, 2e5))
    assert "vs the others is **not significant**" in said((1e5, -1, 2e5), (1e5, -1, 2e5))
    assert "vs margin is **significant**" in said((1e5, -1, 2e5), (1e5, 1, 2e5))
    assert "the final exit's" in said((0, 0, 0), (0, 0, 0), None)


def test_the_verdict_on_temperatures_follows_from_the_interval():
    def said(more):
        before = reached(3e6, (0, 0, 0))
        after = reached(3e6 + more[0], more)
        return temperature_words(Scaling([1.0], 1, 1, [(0.1, 0.1)], before, after, True))

    assert "by −0.100 MFLOPs (95 % CI −0.200 to −0.050): **significant**" in said((-1e5, -2e5, -5e4))
    assert "by +0.100 MFLOPs (95 % CI −0.200 to +0.300): **not significant**" in said((1e5, -2e5, 3e5))


def test_the_summary_says_whether_the_exit_is_overconfident_and_by_how_many_points():
    seen = exit_confidence(made(), 0)
    diagram, apart = reliability(seen), separation(seen)
    told = trust_words("exit 1", (diagram, apart))
    assert f"**{100 * apart.auroc:.1f} %** of pairs" in told
    assert f"mean confidence {100 * diagram.mean_confidence:.1f} %" in told
    off = 100 * (diagram.mean_confidence - diagram.mean_accuracy)
    assert f"**{'over' if off > 0 else 'under'}confident by {abs(off):.1f} pt**" in told
    assert "95 % CI" in told
