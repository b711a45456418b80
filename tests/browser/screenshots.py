"""`make screenshots`: the pictures of the README into docs/, and every page into tests/screenshots/.

All are taken from the shipped store; the pages, at three sizes and in both themes, are for looking at. Git
ignores them.
"""

import io
from collections.abc import Iterator

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.session import PAGES, SETTLED, browser, dashboard, open_console, rail
from tests.conftest import ROOT
from trecx.store import Store

DOCS = ROOT / "docs"
ALL = ROOT / "tests" / "screenshots"
SIZES = ((1440, 900), (1280, 720), (390, 844))
SCHEMES = ("light", "dark")
FRAME_MS, HELD_MS = 70, 1500
# Where the handle goes: as shares of the slider, from no early exits down, and back to the trade-off at 1 pt.
DRAG = [*(1 - 0.02 * step for step in range(31)), *(0.4 + 0.02 * step for step in range(1, 15)), 0.69]


def main() -> None:
    """Take all pictures."""
    store = Store()
    run = store.find_run("kws/trecx").run_id
    with dashboard(store.name) as address, browser() as chrome:
        for scheme in SCHEMES:
            still(chrome, f"{address}/?run={run}&rho=0.69", scheme)
        moving(chrome, f"{address}/?run={run}&rho=1.0")
        for scheme in SCHEMES:
            every_page(chrome, address, run, scheme)


def still(chrome: Browser, address: str, scheme: str) -> None:
    """Take the Tune page as it opens."""
    page = window(chrome, (1440, 900), scheme)
    open_console(page, address)
    page.wait_for_timeout(500)
    page.screenshot(path=DOCS / f"tune-{scheme}.png")
    page.context.close()


def moving(chrome: Browser, address: str) -> None:
    """Take ρ being dragged, as an animated WebP."""
    page = window(chrome, (1280, 720), "light")
    open_console(page, address)
    page.wait_for_timeout(500)
    first, *others = list(frames(page))
    waits = [HELD_MS, *[FRAME_MS] * (len(others) - 1), HELD_MS]
    first.save(
        DOCS / "tune-drag.webp",
        save_all=True,
        append_images=others,
        duration=waits,
        loop=0,
        quality=72,
        method=6,
    )
    page.context.close()


def frames(page: Page) -> Iterator[Image.Image]:
    """Yield the page at each step of the drag."""
    left, width, y = rail(page)
    page.mouse.move(left + DRAG[0] * width, y)
    page.mouse.down()
    for share in DRAG:
        page.mouse.move(left + share * width, y)
        page.wait_for_timeout(60)
        picture = Image.open(io.BytesIO(page.screenshot()))
        yield picture.convert("RGB").resize((960, 540), Image.Resampling.LANCZOS)
    page.mouse.up()


def every_page(chrome: Browser, address: str, run: str, scheme: str) -> None:
    """Take every page, whole, at each size."""
    ALL.mkdir(exist_ok=True)
    for width, height in SIZES:
        page = window(chrome, (width, height), scheme)
        for name in PAGES:
            page.goto(f"{address}/{name}?run={run}&rho=0.69")
            page.wait_for_selector(SETTLED)
            page.wait_for_timeout(2500)
            page.screenshot(path=ALL / f"{name or 'tune'}-{width}x{height}-{scheme}.png")
        page.context.close()


def window(chrome: Browser, size: tuple[int, int], scheme: str) -> Page:
    """Open a browser window of a size and a colour scheme."""
    width, height = size
    return chrome.new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()


if __name__ == "__main__":
    main()
