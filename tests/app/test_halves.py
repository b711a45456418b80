"""The left column selects all samples, or one half of them; pages say which, and show the half's numbers."""

import json
import re

import numpy as np
import pytest

from app.cache import exit_scores, exit_table, paired_counts
from tests.app.test_pages import console_of, opened
from trecx.console.samples import shown_samples
from trecx.datasets.halves import CALIBRATION, HELD_OUT, Half
from trecx.store import Store
from trecx.store.run_context import load_context

FOLLOWING = ("compare.py", "confidence.py", "classes.py")
NOT_FOLLOWING = ("samples.py", "saved_points.py", "import_scores.py", "score.py")


def title_of(page):
    return page.main.markdown[0].value.replace("\\", "")


def data_of(page):
    """The data of the console, read from the protobuf."""
    text = re.sub(r"\\(.)", r"\1", str(console_of(page)[0]))
    return text


def samples_of(page):
    return page.sidebar.selectbox(key="half")


@pytest.fixture
def run(shipped):
    return Store().find_run("kws/trecx")


def test_all_samples_are_shown_at_first_and_the_address_has_no_half(run):
    page = opened()
    assert samples_of(page).options == ["all", "calibration half", "held-out half"]
    assert title_of(page).endswith("test, 4,890 clips]]")
    assert "half" not in page.query_params
    assert "split_seed" not in page.query_params
    assert [widget for widget in page.sidebar.number_input if widget.key == "split_seed"] == []


def test_a_half_is_in_title_numbers_and_address(run):
    page = opened()
    samples_of(page).set_value(HELD_OUT).run()
    split = Store().split(run, 0)
    held_out = int((~split.calibration).sum())
    assert title_of(page).endswith(f"{held_out:,} clips: held-out half (by speaker, seed 0)]]")
    assert (page.query_params["half"], page.query_params["split_seed"]) == ("held-out", "0")
    page.sidebar.number_input(key="split_seed").set_value(3).run()
    assert page.query_params["split_seed"] == "3"
    assert "seed 3)" in title_of(page)
    samples_of(page).set_value("all").run()
    assert "4,890 clips]]" in title_of(page)
    assert "half" not in page.query_params


def test_a_link_opens_the_half_and_the_console_has_its_counts(run):
    page = opened(half="calibration", split_seed="7", rho="0.7")
    context = load_context(Store(), run, half=Half(CALIBRATION, 7))
    assert samples_of(page).value == CALIBRATION
    assert page.sidebar.number_input(key="split_seed").value == 7
    assert f"{context.table.n_samples:,} clips: calibration half (by speaker, seed 7)" in title_of(page)
    counts = json.dumps(context.table.start.T.tolist()[0])
    assert counts[1:-1] in data_of(page)
    assert f"over {run.n_samples:,}" not in data_of(page)


def test_a_value_in_the_address_that_is_no_half_or_seed_is_told_and_replaced(run):
    page = opened(half="left")
    assert "There is no half 'left'" in page.sidebar.warning[0].value.replace("\\", "")
    assert "4,890 clips]]" in title_of(page)
    for seed in ("-1", "x", "1e3", "99999999"):
        page = opened(half="held-out", split_seed=seed)
        assert "whole number from 0" in page.sidebar.warning[0].value
        assert page.query_params["split_seed"] == "0"


def test_a_half_that_is_asked_for_later_replaces_the_one_selected(run):
    page = opened(half="held-out", split_seed="2")
    page.session_state["carried"] = page.session_state["carried"] | {"half": "calibration", "split_seed": "5"}
    page.query_params["half"], page.query_params["split_seed"] = "calibration", "5"
    page.run()
    assert (samples_of(page).value, page.sidebar.number_input(key="split_seed").value) == (CALIBRATION, 5)


@pytest.mark.parametrize("name", FOLLOWING)
def test_pages_that_compare_and_explain_follow_the_half(run, name):
    page = opened(half="held-out")
    page.switch_page(f"views/{name}").run()
    assert not page.exception
    assert "held-out half (by speaker, seed 0)" in title_of(page)
    assert not any("shows all samples" in caption.value for caption in page.caption)


@pytest.mark.parametrize("name", NOT_FOLLOWING)
def test_pages_that_cannot_follow_say_that_they_show_all_samples_and_keep_the_half(run, name):
    page = opened(half="held-out")
    page.switch_page(f"views/{name}").run()
    assert not page.exception
    assert "This page shows all samples, not only the held-out half." in [c.value for c in page.caption]
    assert page.query_params["half"] == "held-out"


def test_both_halves_of_a_cached_count_add_up_to_all_samples(run):
    store, seed = Store(), 4
    halves = [Half(CALIBRATION, seed), Half(HELD_OUT, seed)]
    whole = exit_table(run, store.name).operating_point(0.8)
    parts = [exit_table(run, store.name, half=half).operating_point(0.8) for half in halves]
    assert np.array_equal(sum(part.confusion for part in parts), whole.confusion)
    baseline = store.baseline_of(run)
    sizes = [paired_counts(run, baseline, store.name, half).n_samples for half in halves]
    assert sizes == [exit_scores(run, store.name, half).n_samples for half in halves]
    assert sum(sizes) == run.n_samples


def test_the_caveat_says_on_which_half_rho_is_chosen_and_measured(run):
    sentence = shown_samples(run, 2492, Half(HELD_OUT))["same_samples"]["sentence"]
    assert sentence == (
        "ρ is chosen on the calibration half; these numbers are measured on the held-out half "
        "(2,492 clips, seed 0)."
    )
    assert "measured on it, too" in shown_samples(run, 2398, Half(CALIBRATION))["same_samples"]["sentence"]
    assert "same samples" in shown_samples(run, 4890, None)["same_samples"]["sentence"]


def test_runs_whose_half_is_empty_say_so():
    from tests.app.test_pages import save
    from trecx.scores import ExitScores
    from trecx.store import Provenance

    save("digits", "baseline", 1)
    scores = ExitScores([0], [1, 2], np.full((1, 2, 2), 0.5))
    Store().save_run(Provenance("digits", "mine", "imported", "mine", "test", "m", None, 1, {}), scores)
    page = opened(run="digits/mine", half="held-out")
    other = opened(run="digits/mine", half="calibration")
    assert "this part of the samples is empty" in " ".join(e.value for e in [*page.error, *other.error])
