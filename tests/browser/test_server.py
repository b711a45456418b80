"""The server as it is started: for this machine alone, under its own names, and for no other site's pages."""

import socket
import tomllib
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.conftest import ROOT
from tests.house.test_dockerfile import DOCKERFILE

LISTENING = "0A"
UPGRADE = """GET /_stcore/stream HTTP/1.1
Host: {host}{origin}
Connection: Upgrade
Upgrade: websocket
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
Sec-WebSocket-Protocol: streamlit

"""


def port_of(address):
    return urlsplit(address).port


def listens_at(port):
    """The addresses at which somebody listens on a port, as Linux tells."""
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            address, number = local.split(":")
            if state == LISTENING and int(number, 16) == port:
                words = [bytes.fromhex(address[k : k + 8])[::-1] for k in range(0, len(address), 8)]
                found.add(ip_address(b"".join(words)))
    return found


def answer(address, host, origin=None):
    """The status of the answer to a web socket, through which all that the dashboard does goes."""
    with socket.create_connection(("localhost", port_of(address)), timeout=30) as line:
        named = f"\nOrigin: {origin}" if origin else ""
        line.sendall(UPGRADE.format(host=host, origin=named).replace("\n", "\r\n").encode())
        return int(line.recv(4096).split()[1])


def test_the_server_listens_on_the_loopback_alone(address):
    places = listens_at(port_of(address))
    assert places and all(place.is_loopback for place in places)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_the_machines_own_names_open_the_dashboard(address, host):
    host = f"{host}:{port_of(address)}"
    assert answer(address, host, f"http://{host}") == 101


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("bad.example", "http://bad.example"),
        ("localhost.bad.example", "null"),
        ("localhost", "http://bad.example"),
    ],
    ids=["a name that was bound to this machine", "one that looks like its own", "another site's page"],
)
def test_another_sites_page_cannot_open_the_dashboard(address, host, origin):
    assert answer(address, host, origin) == 403


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:9", "https://localhost", "http://127.0.0.1:9", "http://0.0.0.0:9", None],
    ids=["another port", "another scheme", "another name and port", "any address", "a program"],
)
def test_of_an_origin_the_name_is_compared_but_not_the_port(address, origin):
    """SECURITY.md says so; where this fails, the server has become stricter, and the text is to follow."""
    assert answer(address, f"localhost:{port_of(address)}", origin) == 101
    assert answer(address, f"localhost:{port_of(address)}", "http://bad.example:9") == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_nothing_is_uploaded_or_deleted_without_the_token_of_the_page(address, method):
    place = f"{address}/_stcore/upload_file/a/b"
    assert requests.request(method, place, files={"file": b"x"}, timeout=30).status_code == 403
    token = requests.get(f"{address}/_stcore/health", timeout=30).cookies["_streamlit_xsrf"]
    page = {"cookies": {"_streamlit_xsrf": token}, "headers": {"X-Xsrftoken": token}, "timeout": 30}
    assert requests.request(method, place, files={"file": b"x"}, **page).status_code != 403


def test_no_other_site_may_read_an_answer_and_nothing_is_told_to_anybody(address):
    told = requests.get(f"{address}/_stcore/health", headers={"Origin": "http://bad.example"}, timeout=30)
    assert told.headers.get("Access-Control-Allow-Origin") in (None, f"http://localhost:{port_of(address)}")
    config = tomllib.loads((ROOT / "app/.streamlit/config.toml").read_text(encoding="utf-8"))
    assert config["browser"]["gatherUsageStats"] is False


def test_the_image_opens_to_the_network_its_port_alone():
    command = next(line for line in DOCKERFILE.splitlines() if line.startswith("CMD"))
    options = [word for word in command.split('"') if word.startswith("--")]
    assert options == ["--server.address", "--server.headless"]
