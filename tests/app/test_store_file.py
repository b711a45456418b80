"""The dashboard on a store file that is old, gone or damaged."""

import lzma
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.comparison.synthetic import save_synthetic
from tests.conftest import ROOT
from trecx.store import Store

MAIN = str(ROOT / "app" / "main.py")
PAGES = ("tune", "compare", "confidence", "classes", "samples", "saved_points", "import_scores", "score")
OLD = ROOT / "tests" / "store" / "version_2" / "scores.sqlite.xz"


def opened(page="tune"):
    return AppTest.from_file(MAIN, default_timeout=60).run().switch_page(f"views/{page}.py").run()


def said(page):
    return " ".join(
        each.value for kind in (page.error, page.warning, page.success, page.info) for each in kind
    )


@pytest.fixture
def file(own_database):
    return Path(Store().file)


def test_an_old_file_is_upgraded_before_a_page_is_shown(file):
    file.write_bytes(lzma.decompress(OLD.read_bytes()))
    page = AppTest.from_file(MAIN, default_timeout=60).run()
    assert not page.exception
    assert "was upgraded for this release" in said(page)
    assert f"{file.name}.version-2" in said(page).replace("\\", "")
    assert len(Store().runs()) == 8
    assert "upgraded" not in said(page.run())


@pytest.mark.parametrize("name", PAGES)
def test_a_file_that_is_deleted_under_an_open_page_is_told_and_not_made_anew(file, name):
    save_synthetic(Store(), "digits", "baseline", 0)
    save_synthetic(Store(), "digits", "trecx", 0)
    page = opened(name)
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()
    page.run()
    assert not page.exception
    assert "was deleted or moved while it was in use; put it back" in said(page)
    assert not file.exists()


def test_a_point_is_not_saved_into_a_new_file_where_the_old_one_was_deleted(file):
    store = Store()
    save_synthetic(store, "digits", "trecx", 0)
    file.rename(file.with_name("elsewhere"))
    with pytest.raises(Exception, match="was deleted or moved while it was in use"):
        store.collections.create("mine")
    assert not file.exists()
    file.with_name("elsewhere").rename(file)
    store.collections.create("mine")


def test_a_damaged_run_is_told_and_the_others_are_shown(file):
    runs = [save_synthetic(Store(), "digits", system, 0) for system in ("baseline", "trecx", "sdn")]
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE runs SET parameters = 7 WHERE run_id = ?", [runs[2].run_id])
    page = opened()
    assert not page.exception
    assert f"run {runs[2].run_id} is damaged" in said(page).replace("\\", "")
    assert len(page.selectbox) > 0
