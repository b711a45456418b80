"""PostgreSQL: its addresses, and its errors as sentences that never show a password or the driver's text."""

import re
import sys
from dataclasses import replace

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from tests.store.test_store import KWS
from trecx.errors import StoreError
from trecx.store import CustomProfile, Store
from trecx.store.connection import Database
from trecx.store.database_errors import translated_errors

pytestmark = pytest.mark.postgres
PLAIN = re.compile(r"^database postgresql\+psycopg://[\w@:*./?=&%+-]+:? [^\n]*; [^\n]*$")


def told(work):
    """What the user reads, after it was found to be one sentence without a password or the driver's text."""
    with pytest.raises(StoreError) as error:
        work()
    said = str(error.value)
    assert PLAIN.match(said), said
    assert not re.search(r"psycopg\.|sqlalche|LINE 1|DETAIL|FATAL|SELECT|INSERT|Traceback", said), said
    return said


def as_role(database, rights):
    """Make a role with some rights; return the address of the database for it."""
    url = make_url(database)
    role = f"role_of_{url.database}"
    owner = Database(database)
    with owner._writer.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD 'hush'"))
        for right in rights:
            connection.execute(text(right.format(role=role)))
    return url.set(username=role, password="hush").render_as_string(hide_password=False)


@pytest.mark.parametrize("driver", ["postgresql+psycopg", "postgresql"])
def test_both_ways_of_writing_the_address_are_the_same_store(database, store, scores, driver):
    run = store.save_run(KWS, scores)
    other = Store(database.replace("postgresql+psycopg", driver))
    assert (other.runs(), other.name) == ([run], store.name)


def test_the_name_of_a_store_has_no_password(database):
    secret = make_url(database).password
    without = make_url(database)._replace(password=None)
    asked = without.update_query_dict({"password": secret}).render_as_string(hide_password=False)
    for address in (database, asked):
        assert Store(address).runs() == []
        assert secret not in Store(address).name
        assert "***" in Store(address).name


@pytest.mark.parametrize("address", ["postgres://ada:hush@host/x", "postgresql://ada:hu@sh@host:port/x"])
def test_an_address_that_is_none_is_told_without_its_password(address):
    with pytest.raises(
        StoreError, match="is not a database address; .*postgresql.psycopg://role@host"
    ) as error:
        Store(address)
    assert "hu" not in str(error.value)


def test_a_missing_driver_says_what_to_install(database, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert told(lambda: Store(database)).endswith("is not installed; run pip install -e '.[postgres]'")


def test_another_driver_says_which_to_take(database):
    other = database.replace("psycopg:", "psycopg2:")
    with pytest.raises(
        StoreError, match="needs the driver 'psycopg2'; use an address that begins with postgresql"
    ):
        Store(other)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"password": "hush"}, "rejects the role or its password; check .* ~/.pgpass or PGPASSWORD"),
        ({"password": None}, "needs a password; put it into ~/.pgpass or PGPASSWORD"),
        ({"username": "nobody", "password": "hush"}, "rejects the role or its password"),
        ({"database": "nowhere"}, "has no database 'nowhere'; create it"),
        ({"port": 1}, "there is no server at this address; start it, or check host and port"),
        ({"host": "nowhere.invalid"}, "the name of its server is not known; check the name"),
    ],
)
def test_a_server_that_cannot_be_used_is_told(database, scores, monkeypatch, tmp_path, change, expected):
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    store = Store(make_url(database)._replace(**change).render_as_string(hide_password=False))
    for work in (store.runs, lambda: store.save_run(KWS, scores)):
        assert re.search(expected, told(work))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('FATAL:  Peer authentication failed for user "ada"', "add the host to the address"),
        ('FATAL:  role "ada" does not exist', "rejects the role or its password"),
        ("FATAL:  sorry, too many clients already", "has no connection left; .* max_connections"),
        ("FATAL:  remaining connection slots are reserved for", "has no connection left; .* max_connections"),
        ("FATAL:  the database system is starting up", "is starting up; wait a moment"),
        ('FATAL:  no pg_hba.conf entry for host "::1"', "ask its administrator for an entry in pg_hba.conf"),
        ("No such file or directory", "cannot be reached; check the address and that the server runs"),
    ],
)
def test_what_a_server_may_also_say_is_told(said, expected):
    def fail():
        with translated_errors("postgresql+psycopg://ada@host/x"):
            text = f'connection is bad: connection to server at "::1", port 5432 failed: {said}'
            raise OperationalError("SELECT 1", {}, Exception(text))

    assert re.search(expected, told(fail))


def test_a_role_that_may_only_read_reads_and_is_told_that_it_cannot_write(database, store, scores):
    run = store.save_run(KWS, scores)
    reader = Store(as_role(database, ["GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"]))
    assert reader.runs() == [run]
    assert reader.load_table(run).n_samples == 50
    for work in (
        lambda: reader.save_run(replace(KWS, model_sha256="other"), scores),
        lambda: reader.collections.create("shelf"),
        lambda: reader.delete_run(run),
    ):
        assert "this role has no right to do that; ask the owner" in told(work)
    assert store.runs() == [run]


def test_a_role_without_rights_is_told(database, store, scores):
    nobody = Store(as_role(database, []))
    assert "this role has no right" in told(lambda: nobody.collections.create("shelf"))  # the tables
    store.save_run(KWS, scores)
    assert "this role has no right" in told(nobody.runs)


def test_a_database_that_is_set_to_read_only_is_told(database, store, scores):
    store.save_run(KWS, scores)
    rights = "ALTER ROLE {role} SET default_transaction_read_only = on"
    reader = Store(as_role(database, ["GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}", rights]))
    assert len(reader.runs()) == 1
    assert "it is read-only" in told(lambda: reader.profiles.save(CustomProfile("board", (1.0, 2.0))))


def test_a_server_that_ends_the_connection_is_told_and_the_next_try_works(store, scores):
    first = store.save_run(KWS, scores)
    end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()")
    others = Database(store._database.url.render_as_string(hide_password=False))

    def ended(what, done, total):
        with others._writer.begin() as connection:
            connection.execute(text(f"{end} AND pid <> pg_backend_pid()"))

    def save():
        return store.save_run(replace(KWS, model_sha256="other"), scores, progress=ended)

    assert "the server ended the connection; wait a moment, check what was saved, then try again" in told(
        save
    )
    assert store.runs() == [first]  # the connections that were held open are dead, and are not used
    store.save_run(replace(KWS, model_sha256="other"), scores)
    assert len(store.runs()) == 2


def test_a_text_with_nul_is_told(store, scores):
    profile = CustomProfile("a\0b", (1.0, 2.0))
    assert "contains a NUL character, which PostgreSQL cannot store; remove it" in told(
        lambda: store.profiles.save(profile)
    )
    assert store.profiles.all() == []


def test_a_server_that_stops_what_takes_too_long_is_told(database, store, scores):
    store.save_run(KWS, scores)
    url = make_url(database).update_query_dict({"options": "-c statement_timeout=200"})
    slow = Store(url.render_as_string(hide_password=False))
    with store._database.writing():
        assert "took too long" in told(lambda: slow.collections.create("shelf"))
    slow.collections.create("shelf")


def test_nothing_is_left_open_when_a_store_is_gone(database, scores):
    count = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    for number in range(3):
        Store(database).save_run(replace(KWS, model_sha256=str(number)), scores)
        assert len(Store(database).runs()) == number + 1
    with Store(database)._database.reading() as session:
        assert session.scalar(count) <= 2  # this one, and one that is just ending
