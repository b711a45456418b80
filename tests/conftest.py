import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import settings

from tests.postgres_server import programs, server
from trecx.errors import missing_tensorflow
from trecx.scores import ExitScores

settings.register_profile("trecx", deadline=None, max_examples=150)
settings.load_profile("trecx")

ROOT = Path(__file__).parents[1]
SHIPPED = f"sqlite:///{ROOT / 'artifacts' / 'scores.sqlite'}"
IN_CI = os.environ.get("CI") == "true"
TENSORFLOW_IS_HERE = find_spec("tensorflow") is not None  # asked once: tests take it away


def chromium() -> str | None:
    return os.environ.get("TRECX_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def compilers() -> tuple[str, str] | None:
    """The commands that compile C and C++."""
    found = shutil.which(os.environ.get("CC", "cc")), shutil.which(os.environ.get("CXX", "c++"))
    return (found[0], found[1]) if found[0] and found[1] else None


def missing(mark: str) -> str | None:
    """Say what a mark needs and this machine lacks."""
    if mark == "browser" and chromium() is None:
        return "no Chromium: apt-get install chromium, or set TRECX_CHROMIUM"
    if mark == "mirror" and not Path(os.environ.get("TRECX_MIRROR", "/nowhere")).is_dir():
        return "no data: set TRECX_MIRROR to a folder of downloads"
    if mark == "compiler" and compilers() is None:
        return "no C and C++ compiler: apt-get install gcc g++ libc6-dev, or set CC and CXX"
    if mark == "emulator" and not all(map(shutil.which, ("arm-none-eabi-gcc", "qemu-system-arm"))):
        return "no emulator: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm"
    if mark == "postgres" and not (find_spec("psycopg") and programs()):
        return "no PostgreSQL: apt-get install postgresql, and pip install -e '.[postgres]'"
    if mark == "tensorflow" and not TENSORFLOW_IS_HERE:
        return missing_tensorflow()
    if mark == "tflm" and not find_spec("tflite_micro"):
        return "no TensorFlow Lite Micro: pip install -e '.[deploy]', on Linux and x86_64"
    if mark == "wheel" and not index_answers():
        return "no package index: pip must be able to download hatchling and the dashboard's packages"
    return None


@cache  # asked once, as it takes a second
def index_answers() -> bool:
    """Whether pip gets a package from the index that it is configured for."""
    ask = [sys.executable, "-m", "pip", "--quiet", "--retries", "0", "--timeout", "15", "download"]
    with TemporaryDirectory() as folder:
        words = [*ask, "--no-deps", "--dest", folder, "hatchling"]
        return subprocess.run(words, check=False, capture_output=True).returncode == 0


def pytest_runtest_setup(item):
    for mark in ("browser", "mirror", "compiler", "emulator", "postgres", "tensorflow", "tflm", "wheel"):
        reason = missing(mark) if item.get_closest_marker(mark) else None
        if reason and IN_CI:
            pytest.fail(f"CI must run this test, but there is {reason}", pytrace=False)
        if reason:
            pytest.skip(reason)


def pytest_terminal_summary(terminalreporter):
    reasons = {report.longrepr[2] for report in terminalreporter.stats.get("skipped", [])}
    for reason in sorted(reasons):
        terminalreporter.write_line(f"NOT TESTED HERE: {reason}", red=True, bold=True)


@pytest.fixture(autouse=True)
def own_database(monkeypatch, tmp_path):
    """No test touches the user's store."""
    monkeypatch.setenv("TRECX_DB", f"sqlite:///{tmp_path / 'scores.sqlite'}")


@pytest.fixture(scope="session")
def new_postgresql() -> Iterator[Callable[[], str]]:
    """A function that makes an empty database on a PostgreSQL server and returns its address."""
    with server() as new_database:
        yield new_database


@pytest.fixture(scope="session")
def as_shipped() -> Iterator[None]:
    """Hold the tests that look at the shipped store to leaving it as it is."""
    file = ROOT / "artifacts" / "scores.sqlite"
    before = file.read_bytes()
    yield
    assert file.read_bytes() == before, "a test has written into the shipped store: git checkout artifacts"


@pytest.fixture
def shipped(monkeypatch, as_shipped) -> str:
    """Address of the store that is shipped, set as the default one."""
    monkeypatch.setenv("TRECX_DB", SHIPPED)
    return SHIPPED


@pytest.fixture(scope="session")
def address(as_shipped) -> Iterator[str]:
    """The dashboard on the shipped store: one server for all tests that only look at it."""
    from tests.browser.session import dashboard  # it imports this file

    with dashboard(SHIPPED) as address:
        yield address


@pytest.fixture(scope="module")
def chrome():
    """The system's Chromium; only one may run at a time in a process."""
    from tests.browser.session import browser

    with browser() as chrome:
        yield chrome


@pytest.fixture
def page(chrome):
    """An empty page that must stay free of errors and of requests to elsewhere."""
    context = chrome.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.troubles = []
    page.on("console", lambda message: _is_trouble(message) and page.troubles.append(message.text))
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("request", lambda request: "localhost" not in request.url and page.troubles.append(request.url))
    yield page
    context.close()
    assert [t for t in page.troubles if not t.startswith(("blob:", "data:"))] == []


def _is_trouble(message):
    """Whether a message is an error; Streamlit meets a 404 or two where a page is opened by its name."""
    asked_first = "404" in message.text and "/_stcore/" in message.location.get("url", "")
    return message.type == "error" and not asked_first


@pytest.fixture
def window(chrome):
    """An empty page of a laptop."""
    context = chrome.new_context(viewport={"width": 1280, "height": 720})
    yield context.new_page()
    context.close()


@pytest.fixture
def eight() -> ExitScores:
    """Eight samples worked by hand: two exits, two classes, two ties, FLOPs 100 and 300.

    | sample      | 0   | 1   | 2   | 3   | 4   | 5   | 6   | 7   |
    | early right | yes | yes | yes | no  | no  | no  | yes | no  |
    | confidence  | .9  | .9  | .8  | .8  | .7  | .6  | .6  | .5  |
    | final right | yes | no  | yes | yes | no  | yes | yes | yes |
    """
    early = np.array([1, 1, 1, 0, 0, 0, 1, 0], bool)
    final = np.array([1, 0, 1, 1, 0, 1, 1, 1], bool)
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    predictions = np.stack([np.where(right, labels, 1 - labels) for right in (early, final)], axis=1)
    confidence = np.stack([[0.9, 0.9, 0.8, 0.8, 0.7, 0.6, 0.6, 0.5], np.full(8, 0.99)], axis=1)
    return ExitScores(labels, [100, 300], predictions=predictions, confidence=confidence)
