"""PostgreSQL: one writer at a time, as with SQLite, and readers that see one moment."""

from sqlalchemy import URL, Connection, Engine, bindparam, create_engine, func, select

from trecx.store.columns import read_json

WRITERS = 0x7472656378  # the lock of all writers of one database: "trecx" in ASCII
POOL_SIZE = 5  # connections held open; while more are needed, more are opened
CONNECT_TIMEOUT_S = 10
_DEAD_AFTER = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}


def postgresql_engine(url: URL) -> Engine:
    """Return an engine for writing; a server that is not reached within some seconds is an error."""
    patience = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_TIMEOUT_S}
    return create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=-1,
        pool_pre_ping=True,
        connect_args=patience,
        json_deserializer=read_json,
    )


def snapshots_of(engine: Engine) -> Engine:
    """Return an engine for reading: a transaction sees the database as it was at its first query."""
    return engine.execution_options(isolation_level="REPEATABLE READ")


def wait_for_writers(connection: Connection, seconds: float) -> None:
    """Wait until no other transaction writes; until this one ends, others wait for it.

    A computer that vanishes while it writes holds up the others for a minute only.

    Args:
        connection: at the start of its transaction.
        seconds: to wait before the server gives an error.
    """
    settings = _DEAD_AFTER | {"lock_timeout": f"{round(1000 * seconds)}ms"}
    connection.execute(select(*(func.set_config(name, value, True) for name, value in settings.items())))
    connection.execute(select(func.pg_advisory_xact_lock(bindparam("key", WRITERS))))
