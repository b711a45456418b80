"""The built wheel in an empty environment: all that is needed is in it, and what it writes is the user's."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import venv
import zipfile
from contextlib import contextmanager
from email.parser import Parser

import pytest
from playwright.sync_api import expect

from tests.browser.session import open_console
from tests.browser.test_server import answer
from tests.conftest import ROOT
from tests.house.test_dockerfile import REQUIREMENTS
from trecx.cli import main
from trecx.importing.examples import write_examples
from trecx.store import Store

pytestmark = pytest.mark.wheel

MOST_BYTES = 40_000_000
POINT = ("point", "kws/trecx", "--threshold", "0.9", "--device", "nucleo-l4r5zi-tflm-2.3.1-1.8v", "--json")
FOREIGN = "raise SystemExit('the package app of another project was imported')"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), "."]
    subprocess.run(build, check=True, cwd=ROOT)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def programs(wheel, tmp_path_factory):
    """The folder of programs of an environment in which the wheel was installed, and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-compile", str(wheel)]
    subprocess.run(install, check=True, env=clean(os.environ), cwd=folder)
    return folder / "bin"


@pytest.fixture
def home(tmp_path):
    """Somebody's computer: a home, and a folder of another project whose package is called `app`, too."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "app.py").write_text(FOREIGN)
    write_examples(tmp_path / "project")
    return tmp_path


def clean(environment):
    return {name: value for name, value in environment.items() if not name.startswith(("TRECX", "PYTHON"))}


def settings(home):
    return clean(os.environ) | {"HOME": str(home), "XDG_DATA_HOME": str(home / "data")}


def trecx(programs, home, *words):
    command = [str(programs / "trecx"), *words]
    return subprocess.run(
        command, cwd=home / "project", env=settings(home), capture_output=True, text=True, check=False
    )


@contextmanager
def dashboard(programs, home, *words):
    """Run `trecx dashboard`, yield what it says when it answers, and press Ctrl+C."""
    command = [str(programs / "python"), "-m", "trecx", "dashboard", *words, "--no-browser", "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    server = subprocess.Popen(command, cwd=home / "project", env=settings(home), **pipes)
    try:
        line = server.stdout.readline()
        assert line, server.stderr.read()
        yield json.loads(line)
    finally:
        os.killpg(server.pid, signal.SIGINT)
        _, told = server.communicate(timeout=60)
    assert (server.returncode, told.split()[-1]) == (130, "Stopped.")


def shipped_in(programs):
    (file,) = programs.parent.glob("lib/*/site-packages/trecx/_bundled/artifacts/scores.sqlite")
    return file


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_wheel_has_what_is_read_at_run_time_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"trecx", "trecx-0.1.0.dist-info"}
    bundled = {name.removeprefix("trecx/_bundled/") for name in names if name.startswith("trecx/_bundled/")}
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "app", "trecx"],
        check=True, capture_output=True, text=True, cwd=ROOT,
    ).stdout.splitlines()  # fmt: skip
    files = {name for name in tracked if (ROOT / name).is_file()}
    assert {name for name in bundled if name.startswith("app/")} == {n for n in files if n.startswith("app/")}
    assert {name for name in bundled if not name.startswith("app/")} == {
        "artifacts/scores.sqlite",
        "data/energy_profiles.csv",
        "data/instruction_counts.csv",
        "data/sources.toml",
        "data/vww01.sha256",
    }
    assert {n for n in files if n.startswith("trecx/")} == {
        n for n in names if n.startswith("trecx/") and not n.startswith("trecx/_bundled/")
    }
    assert wheel.stat().st_size < MOST_BYTES


def test_the_wheel_needs_every_pin_of_requirements_within_bounds(wheel):
    with zipfile.ZipFile(wheel) as archive:
        metadata = Parser().parsestr(archive.read("trecx-0.1.0.dist-info/METADATA").decode())
    needs = metadata.get_all("Requires-Dist")
    pins = [line.split(";")[0] for line in REQUIREMENTS.splitlines() if "==" in line]
    assert len(needs) == len(pins)
    for need in needs:
        assert "==" in need.partition(";")[0] or ("<" in need and ">=" in need), need
    assert (
        "numpy<3,>=2.4.6" in needs and "streamlit<1.68,>=1.67.0" in needs and "typer<0.30,>=0.29.2" in needs
    )
    assert set(metadata.get_all("Provides-Extra")) == {"nn", "deploy", "postgres"}


def test_the_command_line_works_on_the_shipped_scores_and_devices(programs, home, capsys, shipped):
    before = sha256(shipped_in(programs))
    done = trecx(programs, home, *POINT)
    assert done.returncode == 0, done.stderr
    with pytest.raises(SystemExit):
        main(list(POINT))
    assert json.loads(done.stdout) == json.loads(capsys.readouterr().out)
    assert sha256(shipped_in(programs)) == before
    assert Store(str(home / "data" / "trecx" / "scores.sqlite")).runs() == Store(shipped).runs()


def test_what_is_written_is_the_users_and_what_is_missing_is_told_with_its_command(programs, home):
    code = (
        "from trecx.errors import missing_tensorflow; print(missing_tensorflow((3, 11)))\n"
        "from trecx.files.paths import *; print(DOWNLOADS, MODELS, DOCS, JOBS, sep='\\n')"
    )
    command = [str(programs / "python"), "-c", code]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=settings(home), cwd=home)
    missing, *places = told.stdout.splitlines()
    assert missing.endswith("run: pip install 'trecx[nn]'.")
    assert len(places) == 4
    assert all(place.startswith(f"{home / 'data' / 'trecx'}/") for place in places)


def test_a_file_that_has_no_scores_starts_no_server_and_stores_nothing(programs, home):
    done = trecx(programs, home, "dashboard", "images.toml")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: images.toml: scores are imported from .npz")
    store = Store(str(home / "data" / "trecx" / "scores.sqlite"))
    assert {run.source for run in store.runs()} == {"published", "trained here"}


@pytest.mark.browser
def test_dashboard_opens_the_shipped_scores_with_its_own_colours_and_settings(programs, home, page):
    with dashboard(programs, home) as told:
        assert told["run_id"] is None
        open_console(page, told["url"])
        expect(page.get_by_role("combobox", name="Task")).to_have_value("Keyword spotting")
        colour = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
        assert colour == "rgb(255, 255, 255)"
        assert page.locator(".trecx-console").evaluate(
            "node => getComputedStyle(node).getPropertyValue('--st-orange-color')"
        ) == "#d55e00"  # fmt: skip
        assert answer(told["url"], "bad.example") == 403
        page.goto("about:blank")
    assert (home / "data" / "trecx" / "scores.sqlite").is_file()


@pytest.mark.browser
def test_dashboard_opens_a_file_and_the_same_run_the_second_time(programs, home, page):
    opened = []
    for _ in range(2):
        with dashboard(programs, home, "scores.npz") as told:
            opened.append(told["run_id"])
            open_console(page, told["url"])
            expect(page.get_by_role("combobox", name="Task")).to_have_value("scores")
            page.goto("about:blank")
    assert opened[0] == opened[1]
    assert told["url"].endswith(f"?run={opened[0]}")
    imported = [run for run in Store(told["database"]).runs() if run.source == "imported"]
    assert [run.run_id for run in imported] == opened[:1]
    assert told["database"] == f"sqlite:///{home / 'data' / 'trecx' / 'scores.sqlite'}"


@pytest.mark.browser
def test_dashboard_opens_any_store_and_leaves_the_users_alone(programs, home, page):
    mine = ("--task", "pets", "--system", "mine", "--db", "pets.sqlite")
    assert trecx(programs, home, "import", "scores.csv", *mine).returncode == 0
    with dashboard(programs, home, "--db", "pets.sqlite") as told:
        open_console(page, told["url"])
        expect(page.get_by_role("combobox", name="Task")).to_have_value("pets")
        page.goto("about:blank")
    assert not (home / "data").exists()
