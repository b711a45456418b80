"""The runs of the store on the page Import scores: one is deleted only after what depends on it was named."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.cache import console_data, exit_scores, exit_table
from app.import_scores.stored_runs import list_key
from tests.app.test_import_scores import MAIN, opened, said
from tests.comparison.synthetic import save_synthetic, scores_of
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import Rule
from trecx.scores import ExitScores
from trecx.store import Provenance, Store
from trecx.store.run_context import load_context
from trecx.threshold.run_context import RunContext

PAGES = ("tune", "compare", "confidence", "classes", "samples", "saved_points", "import_scores", "score")


@pytest.fixture
def runs():
    return [save_synthetic(Store(), "digits", system, 0) for system in ("baseline", "trecx", "sdn")]


def pick(page, run):
    runs = Store().runs()
    row = [each.run_id for each in runs].index(run.run_id)
    page.session_state[list_key(runs)] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    page.run()
    assert not page.exception
    return page


def ask(page, run):
    page = pick(page, run)
    page.button(key="delete run").click().run()
    assert not page.exception
    return page


def ids():
    return {run.run_id for run in Store().runs()}


def test_the_runs_are_listed_and_nothing_can_be_deleted_before_one_is_selected(runs):
    page = opened()
    assert [box.label for box in page.expander] == ["Runs in this store (3)"]
    assert page.button(key="delete run").disabled
    assert "Select a run to delete it." in said(page)
    assert not pick(page, runs[1]).button(key="delete run").disabled


def test_an_empty_store_lists_nothing():
    assert not opened().expander


def test_the_dialog_names_what_depends_on_the_run_and_deletes_only_when_told_so(runs):
    page = ask(opened(), runs[0])
    words = said(page)
    assert runs[0].run_id in words
    assert f"It is the only baseline of these runs: {runs[2].run_id}, {runs[1].run_id}." in words
    page.button(key="delete cancel").click().run()
    assert len(ids()) == 3
    page = ask(page, runs[0])
    page.button(key="delete now").click().run()
    assert not page.exception
    assert ids() == {run.run_id for run in runs[1:]}
    assert f"Deleted {runs[0].run_id}." in said(page)
    assert page.button(key="delete run").disabled


def test_a_run_that_somebody_else_deleted_meanwhile_gets_a_sentence(runs):
    page = ask(opened(), runs[2])
    Store().delete_run(runs[2])
    page.button(key="delete now").click().run()
    assert not page.exception
    assert "is no longer in" in said(page)


def test_a_store_that_cannot_be_written_says_why_nothing_can_be_deleted(runs, monkeypatch):
    monkeypatch.setattr(Store, "writable", False)
    page = pick(opened(), runs[1])
    assert page.button(key="delete run").disabled
    assert "is read-only, so no run can be deleted" in said(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_holds_a_deleted_run_shows_another_with_a_sentence(runs, name):
    page = AppTest.from_file(MAIN, default_timeout=60)
    page.query_params["run"] = runs[2].run_id
    page.run().switch_page(f"views/{name}.py").run()
    Store().delete_run(runs[2])
    page.run()
    assert not page.exception
    assert f"There is no run {runs[2].run_id}; showing another run." in said(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_a_sentence_when_the_last_run_is_deleted(name):
    run = save_synthetic(Store(), "digits", "trecx", 0)
    page = AppTest.from_file(MAIN, default_timeout=60).run().switch_page(f"views/{name}.py").run()
    Store().delete_run(run)
    page.run()
    assert not page.exception


def test_scores_of_a_run_with_the_id_of_a_deleted_one_are_never_those_of_the_deleted_one(runs):
    store, old = Store(), runs[1]
    context = load_context(store, old)
    first, _ = exit_table(old, store.name), exit_scores(old, store.name)
    shown = console_data(old, store.name, context, "FLOPs")
    store.delete_run(old)
    others = ExitScores(
        scores_of("trecx", "digits", 0, 200).labels,
        old.exit_flops,
        scores_of("trecx", "digits", 7, 200).probabilities,
        class_names=old.class_names,
    )
    about = {name: getattr(old, name) for name in Provenance.__dataclass_fields__}
    new = store.save_run(Provenance(**about), others)
    assert (new.run_id, new.identity) == (old.run_id, old.identity)  # that of the model's file
    table, scores = exit_table(new, store.name), exit_scores(new, store.name)
    assert np.array_equal(scores.probabilities, others.probabilities)
    assert not np.array_equal(table.edges, first.edges)
    fresh = console_data(new, store.name, RunContext("digits", table), "FLOPs")
    assert fresh["counted"] != shown["counted"]  # so that the browser takes the new counts


def test_a_saved_point_of_a_deleted_run_stays_with_its_values(runs):
    store = Store()
    record = capture_point(runs[1], runs[0], load_context(store, runs[1]), Rule(0.8))
    object.__setattr__(record, "name", "doorbell")
    store.points.save(record)
    page = ask(opened(), runs[1])
    assert "Its saved points stay, but cannot be opened again: doorbell." in said(page)
    page.button(key="delete now").click().run()
    page.switch_page("views/saved_points.py").run()
    assert not page.exception
