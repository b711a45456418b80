"""What a reader of a page cannot read: text that is cut off, leaves the window, or runs into other text."""

import time
from pathlib import Path

import trecx
from tests.browser.session import DRAWN
from tests.conftest import SHIPPED
from tests.saved_points.records import BOARD

UNREADABLE = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
SIZES = {"laptop": (1280, 720), "zoomed to 200 %": (720, 450), "phone": (390, 844)}
SECONDS = 8  # figures follow the window, later where a machine has other work


def unreadable(page, size):
    """Every such text of the page in a window of this size, once it has followed the window."""
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    until = time.monotonic() + SECONDS
    page.wait_for_timeout(400)
    while (found := page.evaluate(UNREADABLE)) and time.monotonic() < until:
        page.wait_for_timeout(200)
    return found


def open_report(chrome, folder):
    """Open the report of a point, with a device, a battery and another design in it."""
    file = folder / "report.html"
    context = {"device": BOARD, "battery": "CR2032", "inferences_per_hour": 1200}
    trecx.save_report("kws/trecx", 0.69, file, source="published", db=SHIPPED, compare=["kws/sdn"], **context)
    page = chrome.new_page()
    page.goto(f"file://{file}")
    page.wait_for_selector(DRAWN)
    return page
