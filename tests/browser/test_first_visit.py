"""What the server does before its first visit, and what the browser loads beside Streamlit's front end."""

import pytest
import requests
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from app.web.head import early_parts
from app.web.plotly_script import NAME
from tests.browser.session import DRAWN, PATIENCE_MS, SETTLED, dashboard, open_console
from tests.conftest import SHIPPED
from trecx.console.assets import PLOTLY

NUMBERS = ".trecx-console[data-threshold]"


@pytest.mark.parametrize("place", ["", "compare", "?run=kws/trecx"])
def test_the_page_of_html_names_the_script_of_plotly_which_is_packed_once(address, place):
    page = requests.get(f"{address}/{place}", headers={"Accept": "text/html"}, timeout=30)
    assert page.text.count(NAME) == 1
    assert int(page.headers["content-length"]) == len(page.content)
    assert "etag" not in page.headers
    assert all(page.text.count(name) == 1 for name in early_parts())
    script = requests.get(f"{address}/{NAME}", timeout=30)
    assert script.content == PLOTLY.read_bytes()
    assert "immutable" in script.headers["cache-control"]


def test_plotly_is_sent_plain_to_who_does_not_read_gzip(address):
    plain = requests.get(f"{address}/{NAME}", headers={"Accept-Encoding": "identity"}, timeout=30)
    assert "content-encoding" not in plain.headers
    assert plain.content == PLOTLY.read_bytes()


def test_other_answers_are_left_as_they_are(address):
    asked = requests.get(f"{address}/_stcore/health", headers={"Accept": "text/html"}, timeout=30)
    assert asked.text == "ok"
    assert NAME not in requests.get(address, headers={"Accept": "*/*"}, timeout=30).text


@pytest.mark.browser
def test_plotly_is_loaded_once_and_with_the_front_end(page, address):
    asked = []
    page.on("request", lambda request: "plotly" in request.url and asked.append(request.url))
    open_console(page, address)
    assert [url.rpartition("/")[2] for url in asked] == [NAME]
    assert page.locator(DRAWN).count() == 1


@pytest.mark.browser
def test_the_numbers_are_there_before_plotly(page, address):
    page.route("**/plotly*.js", lambda route: held.append(route))
    held = []
    page.goto(address)
    page.wait_for_selector(NUMBERS, timeout=PATIENCE_MS)
    assert page.locator(".trecx-console .tiles").inner_text().count("%") >= 2
    assert page.locator(DRAWN).count() == 0
    assert not page.evaluate("Boolean(window.Plotly)")
    held[0].continue_()
    page.wait_for_selector(DRAWN, timeout=PATIENCE_MS)


@pytest.mark.browser
def test_a_visit_is_one_run_of_the_page_and_the_counts_come_once(page, address):
    told = []
    page.on("websocket", lambda line: line.on("framereceived", lambda data: told.append(message(data))))
    open_console(page, address)
    page.wait_for_selector(SETTLED)
    kinds = [each.WhichOneof("type") for each in told]
    assert kinds.count("new_session") == kinds.count("script_finished") == 1
    assert sum("moves" in str(each.delta.new_element.bidi_component.json) for each in told) == 1


def message(data):
    """One message of the server, as Streamlit's front end reads it."""
    return ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())


@pytest.mark.browser
@pytest.mark.parametrize("script", ["app/server.py", "app/main.py"])
def test_a_page_is_whole_below_a_base_path_and_without_this_server(page, script):
    with dashboard(SHIPPED, script, "below/this") as address:
        open_console(page, f"{address}/")
        assert page.locator(DRAWN).count() == 1
        page.goto("about:blank")  # before the server ends
