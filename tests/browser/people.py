"""People who use the dashboard at the same time, each a browser window of its own with a script to follow."""

import asyncio
import itertools
import random
import re
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field

from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from tests.browser.session import DRAWN, FLAGS, SETTLED
from tests.conftest import chromium

GALLERY = f"{SETTLED} .trecx-gallery[data-drawn=yes] button"
SAMPLE = f"{SETTLED} .st-key-all_samples button"
BROKEN = "[data-testid=stException], [data-testid=stAlertContentError]"
PATIENCE_MS = 180_000  # a machine may have other work


@dataclass
class Visit:
    """What one person saw: how long each change of page took, and what went wrong.

    Attributes:
        changes: milliseconds from the click to the whole page: console, gallery or sample.
        troubles: errors of the page, its console and Streamlit.
    """

    changes: list[float] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


@dataclass
class Party:
    """What people who come together share.

    Attributes:
        seconds: how long they stay, from when the last of them has come in; each goes round once at least.
        pause_s: the shortest and the longest time that one looks at something before going on.
        all_in: where they wait for each other.
        door: two at a time come in.
    """

    seconds: float
    pause_s: tuple[float, float]
    all_in: asyncio.Barrier
    door: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))


async def visits(
    address: str, runs: Sequence[str], n_people: int, seconds: float, pause_s: tuple[float, float]
) -> list[Visit]:
    """Let people use the dashboard at once, for `seconds` with pauses of `pause_s` (`Party`).

    Args:
        address: of the dashboard.
        runs: ids of runs of two exits or more; each person looks at one.
        n_people: how many.
        seconds: how long.
        pause_s: the shortest and the longest pause.
    """
    async with async_playwright() as playwright:
        chrome = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        party = Party(seconds, pause_s, asyncio.Barrier(n_people))
        links = [f"{address}/?run={runs[number % len(runs)]}&rho=0.9" for number in range(n_people)]
        people = [_visit(chrome, link, party, random.Random(n)) for n, link in enumerate(links)]
        found = await asyncio.gather(*people)
        await chrome.close()
    return found


async def _visit(chrome: Browser, link: str, party: Party, chance: random.Random) -> Visit:
    seen = Visit()
    context = await chrome.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda said: said.type == "error" and seen.troubles.append(_spelled(said)))
    page.on("pageerror", lambda error: seen.troubles.append(str(error)))
    try:
        async with party.door:
            await page.goto(link)
            await page.wait_for_selector(f"{SETTLED} {DRAWN}")
        await party.all_in.wait()
        await _go_round(page, seen, party, chance)
    except Exception as error:  # told with the rest, and the others do not wait for this one
        seen.troubles.append(f"{type(error).__name__}: {error}")
        await party.all_in.abort()
    await context.close()
    return seen


def _spelled(said: ConsoleMessage) -> str:
    return f"{said.text} at {said.location.get('url', '')}"


async def _go_round(page: Page, seen: Visit, party: Party, chance: random.Random) -> None:
    until = time.monotonic() + party.seconds
    for step in itertools.cycle((_drag, _to_samples, _filter, _open_one, _back, _to_tune)):
        await asyncio.sleep(chance.uniform(*party.pause_s))
        await step(page, seen, chance)
        seen.troubles += await page.locator(BROKEN).all_inner_texts()
        if step is _to_tune and time.monotonic() > until:
            break


async def _timed(seen: Visit, click: Awaitable[object], page: Page, sign: str) -> None:
    began = time.perf_counter()
    await click
    await page.wait_for_selector(sign)
    seen.changes.append(1000 * (time.perf_counter() - began))


async def _drag(page: Page, seen: Visit, chance: random.Random) -> None:
    box = await page.locator(".trecx-console .rail").bounding_box()
    assert box is not None
    height = box["y"] + box["height"] - 10
    before = page.url
    await page.mouse.move(box["x"] + 0.9 * box["width"], height)
    await page.mouse.down()
    await page.mouse.move(box["x"] + chance.uniform(0.5, 0.89) * box["width"], height, steps=15)
    await page.mouse.up()
    await page.wait_for_url(lambda url: url != before and "rho=" in url)
    await page.wait_for_selector(SETTLED)


async def _to_samples(page: Page, seen: Visit, chance: random.Random) -> None:
    await _timed(seen, page.get_by_role("link", name="Samples").click(), page, GALLERY)


async def _to_tune(page: Page, seen: Visit, chance: random.Random) -> None:
    await _timed(seen, page.get_by_role("link", name="Tune").click(), page, f"{SETTLED} {DRAWN}")


async def _filter(page: Page, seen: Visit, chance: random.Random) -> None:
    before = page.url
    await page.get_by_role("button", name=re.compile("^(never correct|needs final exit)")).first.click()
    await page.wait_for_url(lambda url: url != before)
    await page.wait_for_selector(GALLERY)


async def _open_one(page: Page, seen: Visit, chance: random.Random) -> None:
    await _timed(seen, page.locator(GALLERY).first.click(), page, SAMPLE)


async def _back(page: Page, seen: Visit, chance: random.Random) -> None:
    await _timed(seen, page.get_by_role("button", name="← Back to all samples").click(), page, GALLERY)
