"""Every page on a PostgreSQL store: it opens, and shows neither an error nor the password."""

import pytest
from sqlalchemy import make_url
from streamlit.testing.v1 import AppTest

from app.saved_points.list import list_key
from tests.app.test_saved_points import MAIN, no_tensorflow
from tests.comparison.synthetic import save_synthetic
from tests.conftest import ROOT
from tests.faults.killing import record_of
from trecx.store import Store

__all__ = ["no_tensorflow"]
pytestmark = pytest.mark.postgres
PAGES = sorted(path.name for path in (ROOT / "app" / "views").glob("[a-z]*.py"))


@pytest.fixture(scope="module")
def filled(new_postgresql):
    """The address of a store with two designs, a baseline, a collection and a point."""
    address = new_postgresql()
    store = Store(address)
    runs = [save_synthetic(store, "digits", system, 0) for system in ("baseline", "sdn", "trecx")]
    store.collections.create("shelf")
    store.collections.add("shelf", runs[0].sample_set_id, [3])
    store.points.save(record_of(store, runs[2], "Doorbell"))
    return address


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_on_postgresql(filled, monkeypatch, name):
    monkeypatch.setenv("TRECX_DB", filled)
    page = AppTest.from_file(MAIN, default_timeout=60).run()
    page.switch_page(f"views/{name}")
    page.session_state[list_key(Store().points.all())] = {
        "selection": {"rows": [0], "columns": [], "cells": []}
    }
    page.run()
    assert not page.exception
    assert not page.error
    shown = "\n".join(str(element) for element in page)
    assert "digits" in shown
    assert make_url(filled).password not in shown


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_that_the_server_is_away(filled, monkeypatch, name):
    away = make_url(filled).set(port=1).render_as_string(hide_password=False)
    monkeypatch.setenv("TRECX_DB", away)
    page = AppTest.from_file(MAIN, default_timeout=60)
    page.switch_page(f"views/{name}")
    page.run()
    assert not page.exception
    assert "there is no server at this address" in page.error[0].value
    assert make_url(filled).password not in str(page.error[0])
