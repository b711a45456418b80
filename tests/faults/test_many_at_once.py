"""Ten writers and twenty readers at one store at once; `crowd.py` says how to run a minute of it."""

import pytest

from tests.faults.crowd import N_READERS, N_WRITERS, crowd, summary

SECONDS = 10


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def heard(request, tmp_path_factory):
    if request.param == "postgresql":
        return crowd(request.getfixturevalue("new_postgresql")(), SECONDS)
    return crowd(f"sqlite:///{tmp_path_factory.mktemp('crowd') / 'scores.sqlite'}", SECONDS)


def test_nobody_is_told_that_the_database_is_locked_or_anything_else(heard):
    assert heard["trouble"] == []
    assert (len(heard["write"]), len(heard["read"])) == (N_WRITERS, N_READERS)


def test_no_write_is_lost(heard):
    kept = heard["kept"]
    for what in ("seeds", "points", "positions"):
        written = [item for writer in heard["write"] for item in writer[what]]
        assert len(written) >= N_WRITERS
        assert sorted(kept[what]) == sorted(written)
    assert kept["half"] == []
    assert summary(heard)["lost"] == 0


def test_readers_see_whole_runs_only_while_others_are_written(heard):
    assert all(reader["looks"] > 0 for reader in heard["read"])
    assert [reader["half"] for reader in heard["read"]] == [[]] * N_READERS
