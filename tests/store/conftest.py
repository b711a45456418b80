"""Every test here runs on SQLite and on PostgreSQL, unless a mark says that it is about one of them."""

import numpy as np
import pytest

from trecx.scores import ExitScores
from trecx.store import Store

SQLITE, POSTGRESQL = "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)


def pytest_generate_tests(metafunc):
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    chosen = [SQLITE] * ("postgres" not in marks) + [POSTGRESQL] * ("sqlite" not in marks)
    metafunc.parametrize("database", chosen, indirect=True)


@pytest.fixture(autouse=True)
def database(request, monkeypatch, own_database, tmp_path) -> str:
    """Address of an empty database, set as the default one."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'scores.sqlite'}"
    address = request.getfixturevalue("new_postgresql")()
    monkeypatch.setenv("TRECX_DB", address)
    return address


@pytest.fixture
def file(tmp_path):
    """The SQLite file of the default store, in tests of it alone."""
    return tmp_path / "scores.sqlite"


@pytest.fixture
def store(database) -> Store:
    """The default store."""
    return Store(database)


@pytest.fixture
def scores() -> ExitScores:
    """Fifty samples, two exits, three classes."""
    probabilities = np.random.default_rng(0).dirichlet(np.ones(3), (50, 2))
    names = [f"{k}.wav" for k in range(50)]
    return ExitScores(np.arange(50) % 3, [100, 300], probabilities, class_names="abc", sample_names=names)
