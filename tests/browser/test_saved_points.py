"""A saved point in the real browser: picked from the list, handed over, opened in the console."""

import shutil

import pytest

from tests.browser.session import DRAWN, TABLE, browser, dashboard, open_menu, open_page, pick_row
from tests.conftest import ROOT
from tests.saved_points.records import record_of
from trecx.exporting.c_header import c_header
from trecx.saved_points.record import Rule
from trecx.store import Store

pytestmark = pytest.mark.browser


def test_a_point_is_picked_handed_over_and_opened_in_the_console(monkeypatch, tmp_path):
    shutil.copy(ROOT / "artifacts" / "scores.sqlite", tmp_path / "own.sqlite")
    monkeypatch.setenv("TRECX_DB", f"sqlite:///{tmp_path / 'own.sqlite'}")
    setting = {"per_hour": 60.0, "battery": "300,3,2,0.9", "mix": "even"}
    record = record_of("kws/sdn", Rule(0.6, "margin", "int8"), "Doorbell", **setting)
    Store().points.save(record)
    with dashboard(f"sqlite:///{tmp_path / 'own.sqlite'}") as address, browser() as chromium:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        open_page(page, f"{address}/saved_points?rate=7", f"{TABLE} canvas td:text('Doorbell')")
        pick_row(page)
        open_menu(page, "Export")
        with page.expect_download() as download:
            page.get_by_role("button", name="C header").click()
        assert download.value.suggested_filename == "doorbell.h"
        assert download.value.path().read_text(encoding="ascii") == c_header(record)
        page.get_by_role("button", name="Open in Tune").click()
        console = page.locator(DRAWN)
        console.wait_for()
        assert float(console.get_attribute("data-threshold")) == record.rule.effective
        numbers = {name: float(console.get_attribute(f"data-{name}")) for name in ("flops", "energy", "days")}
        kept = [record.numbers[name] for name in ("flops", "energy_uj", "battery_days")]
        assert list(numbers.values()) == pytest.approx(kept)
