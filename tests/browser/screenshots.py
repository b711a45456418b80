"""`make screenshots`: the pictures of the README, from the shipped store."""

from tests.browser.session import browser, dashboard, open_console
from tests.conftest import ROOT
from trecx.store import Store

DOCS = ROOT / "docs"


def main():
    store = Store()
    run = store.find_run("kws/trecx")
    with dashboard(store.name) as address, browser() as chrome:
        for scheme in ("light", "dark"):
            context = chrome.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
            page = context.new_page()
            open_console(page, f"{address}/?run={run.run_id}&rho=0.69")
            page.wait_for_timeout(500)
            page.screenshot(path=DOCS / f"tune-{scheme}.png")
            context.close()


if __name__ == "__main__":
    main()
