"""docs/postgresql.md: its roles can do what it says, and its backup brings everything back."""

import shlex
import subprocess

import numpy as np
import psycopg
import pytest
from sqlalchemy import make_url

from tests.docs.documents import blocks, text_of
from tests.postgres_server import programs
from trecx.errors import StoreError
from trecx.scores import ExitScores
from trecx.store import Provenance, Store

pytestmark = pytest.mark.postgres
PAGE = text_of("postgresql.md")
SET_UP, READER, ADA = (block.text for block in blocks(PAGE, "sql"))
PASSWORDS = {"trecx": "choose-one", "trecx_reader": "choose-another", "ada": "choose-a-third"}
ABOUT = Provenance("mine", "trecx", "imported", "made", "test", "file", None, None, {})
SCORES = ExitScores(np.arange(8) % 2, [1, 2], np.random.default_rng(0).dirichlet([1, 1], (8, 2)))


def run_statements(address, statements):
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements.strip().splitlines():
            connection.execute(statement)


@pytest.fixture(scope="module")
def addresses(new_postgresql):
    """The address of the database for each role, after the statements of the page."""
    admin = make_url(new_postgresql()).set(drivername="postgresql")
    run_statements(admin.render_as_string(hide_password=False), SET_UP)
    admin = admin.set(database="trecx")
    run_statements(admin.render_as_string(hide_password=False), READER + ADA)
    return {
        role: admin.set(username=role, password=password).render_as_string(hide_password=False)
        for role, password in PASSWORDS.items()
    }


def test_the_roles_can_do_what_the_page_says(addresses):
    run = Store(addresses["ada"]).save_run(ABOUT, SCORES)  # the tables belong to trecx all the same
    Store(addresses["trecx"]).collections.create("of trecx")
    Store(addresses["ada"]).collections.create("of ada")
    reader = Store(addresses["trecx_reader"])
    assert reader.runs() == [run]
    assert [each.name for each in reader.collections.all()] == ["of ada", "of trecx"]
    with pytest.raises(StoreError, match="this role has no right to do that"):
        reader.collections.create("of reader")


def test_a_password_file_is_enough(addresses, monkeypatch, tmp_path):
    url = make_url(addresses["trecx"])
    line = "db.example.org:5432:trecx:trecx:choose-one"
    assert line in PAGE
    file = tmp_path / "pgpass"
    file.write_text(line.replace("db.example.org:5432", f"{url.host}:{url.port}"))
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert Store(url._replace(password=None).render_as_string()).runs()


def test_a_backup_brings_everything_back(addresses, tmp_path):
    store = Store(addresses["trecx"])
    before = store.runs(), store.collections.all()
    dump, restore = (line.strip() for line in PAGE.splitlines() if line.startswith("    pg_"))
    for command in (dump, restore):
        if command == restore:
            for shelf in store.collections.all():
                store.collections.delete(shelf)
        there = command.replace("postgresql://trecx@db.example.org/trecx", addresses["trecx"])
        program, *words = shlex.split(there)
        subprocess.run([programs() / program, *words], check=True, cwd=tmp_path)
    assert (store.runs(), store.collections.all()) == before
