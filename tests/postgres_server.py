"""A PostgreSQL server for tests, on loopback, in a folder of its own that is gone when it ends.

`python -m tests.postgres_server` starts one and prints its address. It ends when its standard input is
closed, so it never outlives the tests that started it, however they end.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

ROLE = "tester"
START_S = 60
# Nothing in it must survive a crash. It sorts names as a dictionary does, as the servers of most people do,
# and not by their bytes as SQLite does.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
INIT = ("--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`: in the path, or where Debian has it."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    places = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((place.parent for place in places), key=lambda folder: float(folder.parent.name), default=None)


@contextmanager
def server() -> Iterator[Callable[[], str]]:
    """Run a server; yield a function that makes an empty database and returns its address."""
    command, root = [sys.executable, "-m", "tests.postgres_server"], Path(__file__).parents[1]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root, start_new_session=True
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address, "the PostgreSQL server of the tests did not start; its message is above"
        numbers = count()
        yield lambda: new_database(address, f"test_{next(numbers)}")
    finally:
        process.stdin.close()
        process.wait(START_S)
        process.stdout.close()


def new_database(address: str, name: str) -> str:
    """Make an empty database; return its address."""
    import psycopg  # this file can be imported without it

    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{address.replace('postgresql', 'postgresql+psycopg', 1)}/{name}"


def unprivileged() -> dict[str, Any]:
    """How a process is started as a user that PostgreSQL accepts: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


def main() -> None:
    """Run a server until standard input is closed."""
    folder = Path(tempfile.mkdtemp(prefix="trecx-postgres-"))
    try:
        password = _initialise(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        process = _start(folder, port)
        try:
            address = f"postgresql://{ROLE}:{password}@127.0.0.1:{port}"
            _wait_for(process, address, folder / "log")
            print(address, flush=True)
            sys.stdin.read()
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: what is in it is not needed any more
            process.wait(START_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(folder: Path) -> str:
    here, password = programs(), secrets.token_hex(8)
    assert here is not None, "there is no initdb: apt-get install postgresql"
    secret = folder / "password"
    secret.write_text(password)
    if os.geteuid() == 0:
        for path in (folder, secret):
            shutil.chown(path, **{key: unprivileged()[key] for key in ("user", "group")})
    access = ("--auth=scram-sha-256", f"--pwfile={secret}", f"--username={ROLE}")
    command = [str(here / "initdb"), *INIT, *access, str(folder / "data")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **unprivileged())
    return password


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    here = programs()
    only_loopback = ("listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={port}")
    settings = [word for setting in (*FAST, *only_loopback) for word in ("-c", setting)]
    command = [f"{here}/postgres", "-D", str(folder / "data"), *settings]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **unprivileged())


def _wait_for(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    import psycopg

    until = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < until:
        try:
            psycopg.connect(f"{address}/postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise SystemExit(f"PostgreSQL does not start: {log.read_text()}")


if __name__ == "__main__":
    main()
