"""`dashboard`: what it opens, where a file's scores go, and when it starts no server."""

import json
import os
import socket
import sqlite3
import sys
from contextlib import closing
from types import SimpleNamespace

import pytest

from tests.cli.test_commands import run
from tests.conftest import ROOT, SHIPPED
from trecx.cli import dashboard_server
from trecx.cli.dashboard_server import Shown, free_port
from trecx.errors import ServerError
from trecx.files import user_store
from trecx.importing.examples import write_examples
from trecx.store import Store


class Server:
    """Stands for Streamlit: remembers how it was started."""

    def __init__(self):
        self.words, self.database, self.shown, self.stopped = [], None, None, False

    def main(self, words, prog_name, standalone_mode):
        assert str(ROOT) in sys.path
        self.words, self.database = words, os.environ["TRECX_DB"]
        if self.stopped:
            try:
                raise KeyboardInterrupt
            except KeyboardInterrupt as ctrl_c:
                raise RuntimeError from ctrl_c


@pytest.fixture
def server(monkeypatch):
    server = Server()
    monkeypatch.setitem(sys.modules, "streamlit.web.cli", server)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(dashboard_server, "_announce", lambda shown, *_: setattr(server, "shown", shown))
    return server


@pytest.fixture
def home(monkeypatch, tmp_path):
    """A user without TRECX_DB, in a folder with examples of scores."""
    monkeypatch.delenv("TRECX_DB")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    user_store.own_store.cache_clear()
    write_examples(tmp_path)
    yield tmp_path
    user_store.own_store.cache_clear()


def imported(store):
    return [run.run_id for run in Store(str(store)).runs() if run.source == "imported"]


def test_without_a_file_it_opens_the_default_store_with_the_server_of_make_run(capsys, server, home):
    status, out, _ = run(capsys, "dashboard", "--port", "8765")
    assert (status, out) == (0, "")
    assert server.database == SHIPPED
    assert server.words[:2] == ["run", str(ROOT / "app" / "server.py")]
    assert server.words[server.words.index("--server.port") + 1] == "8765"
    assert server.shown.url == "http://localhost:8765"
    assert not (home / "data").exists()


@pytest.mark.parametrize("file", ["scores.npz", "scores.csv", "scores.parquet", "trace.csv"])
def test_a_file_is_imported_into_the_users_store_and_its_run_is_opened(capsys, server, home, file):
    for _ in range(2):
        assert run(capsys, "dashboard", file)[0] == 0
        store = home / "data" / "trecx" / "scores.sqlite"
        (run_id,) = imported(store)
        assert run_id.startswith(f"{file.partition('.')[0]}-mine-")
        assert server.database == str(store)
        assert server.shown.url.endswith(f"?run={run_id}")
    assert len(Store(str(store)).runs()) == len(Store(SHIPPED).runs()) + 1


def test_names_and_costs_of_a_file_are_given_as_for_import(capsys, server, home):
    options = ("--task", "pets", "--system", "trecx", "--relative-costs", "1,2", "--db", "new.sqlite")
    assert run(capsys, "dashboard", "scores.npz", *options)[0] == 0
    (stored,) = Store("new.sqlite").runs()
    assert (stored.task, stored.system, stored.relative_costs) == ("pets", "trecx", True)
    assert server.database == "new.sqlite"
    assert not (home / "data").exists()


def test_trecx_db_is_opened_and_imported_into(capsys, server, home, monkeypatch):
    monkeypatch.setenv("TRECX_DB", f"sqlite:///{home / 'team.sqlite'}")
    assert run(capsys, "dashboard", "scores.csv")[0] == 0
    assert server.database == f"sqlite:///{home / 'team.sqlite'}"
    assert len(imported(home / "team.sqlite")) == 1
    assert not (home / "data").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("images.toml",), "scores are imported from .npz"),
        (("missing.npz",), "there is no file missing.npz"),
        (("scores.csv", "--task", "My Pets"), "is not a valid name for a task"),
        (("--db", "nowhere.sqlite"), "there is no database file nowhere.sqlite"),
        (("--db", "other.sqlite"), "is the database of another program"),
        (("--db", "newer.sqlite"), "has schema version 999, but this release needs"),
        (("scores.csv", "--db", "newer.sqlite"), "has schema version 999, but this release needs"),
        (("--db", "postgresql://me:secret@localhost:1/x"), "there is no server at this address"),
    ],
    ids=lambda words: " ".join(words).replace("me:secret@", "") if isinstance(words, tuple) else "",
)
def test_what_cannot_be_shown_is_told_and_starts_no_server(capsys, server, home, words, why):
    if "postgresql" in words[-1]:
        pytest.importorskip("psycopg")
    for name, statement in {
        "other.sqlite": "CREATE TABLE notes (note)",
        "newer.sqlite": "CREATE TABLE trecx_schema (version INTEGER PRIMARY KEY)",
    }.items():
        with closing(sqlite3.connect(name)) as database:
            database.execute(statement)
            if name.startswith("newer"):
                database.execute("INSERT INTO trecx_schema VALUES (999)")
            database.commit()
    status, out, err = run(capsys, "dashboard", *words)
    told = " ".join(err.split())
    assert (status, out) == (1, "")
    assert told.startswith("error: ") and why in told
    assert "secret" not in told
    assert server.words == []
    assert not (home / "nowhere.sqlite").exists()


def test_scores_of_a_newer_release_are_told_of_where_the_users_store_stays(capsys, server, home, monkeypatch):
    older = user_store.UserStore(home / "kept.sqlite", is_older=True)
    monkeypatch.setattr("trecx.cli.dashboard.own_store", lambda: older)
    status, _, err = run(capsys, "dashboard", "scores.csv")
    assert status == 0
    told = " ".join(err.split())
    assert f"not in your store {older.file}: you have changed it" in told
    assert f"--db {ROOT / 'artifacts' / 'scores.sqlite'}" in told


def test_ctrl_c_stops_it_with_the_status_of_every_command(capsys, server, home):
    server.stopped = True
    status, _, err = run(capsys, "dashboard")
    assert (status, err.split()[-1]) == (130, "Stopped.")


def test_a_port_in_use_is_refused_and_without_a_wish_the_next_free_one_is_taken(monkeypatch):
    with socket.create_server(("localhost", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(ServerError, match=f"port {taken} is in use; choose another with --port"):
            free_port(taken)
        monkeypatch.setattr(dashboard_server, "FIRST_PORT", taken)
        assert taken < free_port(None) < taken + dashboard_server.PORTS
        monkeypatch.setattr(dashboard_server, "PORTS", 1)
        with pytest.raises(ServerError, match="are in use; choose another with --port"):
            free_port(None)


@pytest.mark.parametrize("display", ["", ":0"], ids=["without a display", "with one"])
def test_when_the_server_answers_its_address_is_told_and_opened(capsys, monkeypatch, display):
    opened, answers = [], iter([False, True])
    monkeypatch.setattr(dashboard_server, "webbrowser", SimpleNamespace(open=opened.append))
    monkeypatch.setattr(dashboard_server, "_is_healthy", lambda _: next(answers))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", display)
    shown = Shown("pets.sqlite", "pets-mine-6de00b5e", 8501)
    dashboard_server._announce(shown, browser=True, as_json=True)
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "database": "pets.sqlite",
        "run_id": "pets-mine-6de00b5e",
        "port": 8501,
        "url": shown.url,
    }
    assert f"The dashboard is at {shown.url} (Ctrl+C stops it)." in err
    assert opened == [shown.url] * bool(display)
