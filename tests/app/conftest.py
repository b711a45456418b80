"""A store to write to, a queue whose jobs wait, and what download buttons offer."""

import shutil

import pytest
import streamlit as st

from tests.conftest import ROOT
from tests.jobs.worker import fake_worker, finish
from trecx.jobs import queue as queue_module
from trecx.jobs.readiness import queue_of
from trecx.store import Store


@pytest.fixture
def own_copy(monkeypatch, tmp_path):
    """The shipped runs in a store that the test may write to."""
    shutil.copy(ROOT / "artifacts" / "scores.sqlite", tmp_path / "own.sqlite")
    monkeypatch.setenv("TRECX_DB", f"sqlite:///{tmp_path / 'own.sqlite'}")


@pytest.fixture
def queue(monkeypatch, tmp_path):
    """A queue whose jobs work until they are let go, as if all tools were installed."""
    monkeypatch.setattr("trecx.jobs.readiness.find_spec", lambda name: name)
    monkeypatch.setattr(queue_module.Queue.__init__, "__defaults__", (fake_worker(tmp_path),))
    found = queue_of(Store())
    found.records.folder.mkdir()
    (found.records.folder / "hold").touch()
    yield found
    finish(found)


@pytest.fixture
def offered(monkeypatch):
    """The files that download buttons offer, by name: the content, or what makes it."""
    files = {}
    monkeypatch.setattr(
        st, "download_button", lambda label, data, name, *rest, **options: files.update({name: data})
    )
    return files
