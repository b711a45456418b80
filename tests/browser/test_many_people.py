"""Several people at once in console and gallery see no error; twenty are in `benchmarks/many_people.py`."""

import asyncio

import pytest

from tests.browser.people import visits
from tests.conftest import SHIPPED
from trecx.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]


def test_three_people_go_round_console_gallery_and_sample_without_an_error(address):
    runs = [Store(SHIPPED).find_run(name).run_id for name in ("kws/trecx", "vww/trecx")]
    seen = asyncio.run(visits(address, runs, n_people=3, seconds=0, pause_s=(0.1, 0.3)))
    assert [visit.troubles for visit in seen] == [[]] * 3
    assert [len(visit.changes) for visit in seen] == [4] * 3
