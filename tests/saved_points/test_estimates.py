"""A saved point records what its energy rests on; one of an older version means FLOPs."""

import json

import pytest

from tests.comparison.deployed_runs import save_deployed
from tests.saved_points.records import BOARD, context_options, record_of
from trecx.device.energy import estimated_costs, find_profile
from trecx.device.instructions import exit_instructions
from trecx.saved_points.capture import capture_point, context_of, point_numbers
from trecx.saved_points.document import document_of
from trecx.saved_points.document import record_of as record_from
from trecx.saved_points.record import Rule
from trecx.saved_points.status import point_status
from trecx.store import Store
from trecx.store.run_context import load_context

NEW = ("energy_saving", "other_energy_uj", "other_energy_saving")


def older(record):
    """The document as a version without estimates by instructions wrote it."""
    run, _, context = context_options("vww/trecx")
    written = json.loads(json.dumps(document_of(record)))
    del written["setting"]["costs_basis"], written["memory"]
    costs = estimated_costs(find_profile(BOARD), run.task, run.exit_flops)
    energy = context.point(0.69).expected(costs.energy_uj)
    low, high = costs.energy_band
    for name in NEW:
        del written["numbers"][name]
    written["numbers"] |= {"energy_uj_low": energy * low, "energy_uj_high": energy * high}
    kept = {name: written["numbers"][name] for name in ("energy_uj", "energy_uj_low", "energy_uj_high")}
    return written | {"numbers": kept}


@pytest.mark.parametrize("estimate", ["instructions", "FLOPs"])
def test_the_basis_is_kept_and_gives_the_same_numbers_again(shipped, estimate):
    record = record_of("vww/trecx", estimate=estimate)
    kept = record_from(json.loads(json.dumps(document_of(record))))
    assert kept.setting.costs_basis == estimate
    _, _, now = context_options("vww/trecx")
    again = context_of(kept, now.table, now.baseline, now.baseline_instructions)
    assert again.conditions.costs.basis == estimate
    assert point_status(kept, kept.run.identity, point_numbers(again, kept.rule)).words == ""
    assert kept.numbers["other_energy_saving"] != pytest.approx(kept.numbers["energy_saving"], abs=0.03)


def test_a_document_of_an_older_version_means_flops_and_has_not_changed(shipped):
    kept = record_from(older(record_of("vww/trecx", estimate="FLOPs")))
    assert (kept.setting.costs_basis, kept.memory) == (None, None)
    _, _, now = context_options("vww/trecx")
    again = context_of(kept, now.table, now.baseline, now.baseline_instructions)
    assert (again.conditions.costs.basis, again.conditions.costs.other) == ("FLOPs", None)
    status = point_status(kept, kept.run.identity, point_numbers(again, kept.rule))
    assert status.words == ""


def test_a_deployments_memory_and_instructions_are_kept():
    store = Store()
    run, baseline = save_deployed(store, "trecx"), save_deployed(store, "baseline")
    record = capture_point(run, baseline, load_context(store, run, device=BOARD), Rule(0.8))
    kept = record_from(json.loads(json.dumps(document_of(record))))
    assert kept.memory == record.memory
    assert (kept.memory.flash_bytes, kept.memory.baseline_flash_bytes) == (51_000, 40_000)
    assert exit_instructions(kept.run).tolist() == [800_000, 1_300_000]
