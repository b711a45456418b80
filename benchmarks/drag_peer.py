"""The peer of the drag: time from the release of Streamlit's slider to the new numbers after a rerun."""

from playwright.sync_api import Browser

from tests.browser.session import dashboard

N_RELEASES = 12
SHOWN = ".st-key-shown"
HANDLE = "[data-testid=stSlider] div:has(> div > input[type=range])"
WATCH = f"""() => {{
  window.spent = [];
  let released = 0;
  window.addEventListener("pointerup", (e) => {{ released = e.timeStamp; }}, true);
  const shown = () => document.querySelector("{SHOWN}")?.textContent;
  let before = shown();
  new MutationObserver(() => {{
    if (!shown() || shown() === before) return;
    before = shown();
    window.spent.push(performance.now() - released);
  }}).observe(document.body, {{ subtree: true, childList: true, characterData: true }});
}}"""


def peer_times(chrome: Browser, database: str, run_id: str) -> list[float]:
    """Return milliseconds from each release to the new numbers, without the first one."""
    with dashboard(database, "benchmarks/streamlit_page.py") as address:
        page = chrome.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/?run={run_id}")
        page.wait_for_selector(".js-plotly-plot .main-svg", timeout=60_000)
        handle = page.locator(HANDLE)
        page.evaluate(WATCH)
        for release in range(N_RELEASES + 1):
            box = handle.bounding_box()
            assert box is not None
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x - 20, y, steps=4)
            page.mouse.up()
            page.wait_for_function(f"window.spent.length > {release}", timeout=60_000)
            page.wait_for_timeout(300)  # the figures appear after the numbers
        spent: list[float] = page.evaluate("window.spent")
        page.close()
    return spent[1:]
