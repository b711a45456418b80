"""Commands say what an energy rests on, and tell both estimates where they differ by more than 3 pt."""

import json

import pytest

from tests.cli.test_commands import document, run
from tests.comparison.deployed_runs import save_deployed
from trecx import save_report
from trecx.device.energy import estimated_costs, find_profile
from trecx.device.instructions import exit_instructions
from trecx.errors import EnergyError
from trecx.store import Store
from trecx.store.run_context import load_context

BOARD = "nucleo-l4r5zi-tflm-2.3.1-1.8v"
AT = ("--threshold", "0.8", "--device", BOARD)


def test_instructions_are_the_default_and_the_other_estimate_stands_beside_them(capsys, shipped):
    found = document(capsys, "point", "vww/trecx", *AT)
    by_flops = document(capsys, "point", "vww/trecx", *AT, "--estimate", "FLOPs")
    assert (found["basis"], by_flops["basis"]) == ("instructions", "FLOPs")
    other = found["other_estimate"]
    assert other["basis"] == "FLOPs"
    for name in ("energy_uj", "latency_ms", "energy_saving"):
        assert other[name] == by_flops[name]
        assert by_flops["other_estimate"][name] == found[name]
    assert found["costs"]["other"]["exit_energy_uj"] == by_flops["costs"]["exit_energy_uj"]
    assert found["bands"]["energy_uj"] == by_flops["bands"]["energy_uj"]  # it covers both, either way
    assert found["flops"] == by_flops["flops"]


def test_the_saving_of_energy_is_by_hand(capsys, shipped):
    found = document(capsys, "point", "vww/trecx", *AT)
    store = Store()
    vww = store.find_run("vww/trecx")
    ratio = exit_instructions(vww) / exit_instructions(store.baseline_of(vww))[-1]
    early, late = found["exit_counts"]
    assert found["energy_saving"] == pytest.approx(1 - (early * ratio[0] + late * ratio[1]) / (early + late))
    assert found["other_estimate"]["energy_saving"] == pytest.approx(found["flops_saving"])


def test_both_are_printed_where_they_differ_and_one_where_they_do_not(capsys, shipped):
    _, out, err = run(capsys, "point", "vww/trecx", *AT)
    assert "−14.2 % by instructions, −22.4 % by FLOPs" in out
    assert "Costs (estimate by instructions): NUCLEO" in err
    out = run(capsys, "point", "kws/trecx", *AT)[1]
    assert "% by instructions" in out
    assert "by FLOPs" not in out
    out = run(capsys, "choose", "vww/trecx", "--max-drop", "0", "--device", BOARD)[1]
    assert "% by FLOPs" in out
    out = run(capsys, "compare", "vww/trecx", "vww/baseline", *AT)[1]
    assert "−14.2 % by instructions, −22.4 % by FLOPs" in out


def test_a_limit_on_energy_follows_the_estimate(capsys, shipped):
    limit = ("choose", "vww/trecx", "--max-energy-uj", "21000", "--device", BOARD)
    counted, by_flops = document(capsys, *limit), document(capsys, *limit, "--estimate", "FLOPs")
    assert counted["energy_uj"] <= 21_000 >= by_flops["energy_uj"]
    assert counted["threshold"] < by_flops["threshold"]  # instructions leave less room


def test_an_estimate_that_cannot_be_says_what_to_do(capsys, shipped):
    status, _, err = run(capsys, "point", "vww/trecx", "--threshold", "0.8", "--estimate", "FLOPs")
    assert status == 1
    assert "needs the published measurements of a device" in err
    store = Store()
    unknown = store.find_run("digits/trecx-noev")
    if exit_instructions(unknown) is None:
        with pytest.raises(EnergyError, match="use the estimate by FLOPs"):
            load_context(store, unknown, device=BOARD, estimate="instructions")


def test_designs_are_compared_by_one_basis(capsys):
    store = Store()
    runs = [save_deployed(store, "trecx"), save_deployed(store, "baseline")]
    runs.append(_without_counts(store))
    names = [each.run_id for each in runs]
    status, out, err = run(capsys, "compare", *names, *AT, "--json")
    assert status == 0
    assert "all are estimated by FLOPs" in err
    assert {each["costs"]["basis"] for each in json.loads(out)["designs"]} == {"FLOPs"}
    found = document(capsys, "compare", *names[:2], *AT)
    assert {each["costs"]["basis"] for each in found["designs"]} == {"instructions"}


def _without_counts(store):
    from tests.comparison.synthetic import save_synthetic

    return save_synthetic(store, "digits", "sdn", 0)


def test_an_int8_run_has_flash_and_ram_against_its_baselines(capsys):
    store = Store()
    int8, baseline = save_deployed(store, "trecx"), save_deployed(store, "baseline")
    assert store.baseline_of(int8).run_id == baseline.run_id
    memory = document(capsys, "point", int8.run_id, "--threshold", "0.8")["memory"]
    assert (memory["stage_bytes"], memory["flash_bytes"]) == ([28_000, 23_000], 51_000)
    assert (memory["arena_bytes"], memory["ram_bytes"]) == (22_900, 30_900)
    assert memory["flash_change"] == pytest.approx(51 / 40 - 1)
    assert memory["ram_change"] == pytest.approx(30_900 / 24_000 - 1)
    out = run(capsys, "point", int8.run_id, "--threshold", "0.8")[1]
    assert "51,000 bytes (28,000 + 23,000); +27.5 % vs baseline" in out
    found = document(capsys, "point", int8.run_id, *AT)
    own = estimated_costs(find_profile(BOARD), "digits", int8.exit_flops, [800_000, 1_300_000])
    assert found["costs"]["exit_energy_uj"] == own.energy_uj.tolist()


def test_a_run_without_a_deployment_has_no_memory(capsys, shipped):
    assert "memory" not in document(capsys, "point", "kws/trecx", "--threshold", "0.8")


def test_the_header_and_the_report_say_basis_saving_flash_and_ram(capsys, tmp_path):
    store = Store()
    int8, header = save_deployed(store, "trecx"), tmp_path / "point.h"
    save_deployed(store, "baseline")
    run(capsys, "export", int8.run_id, *AT, "--out", str(header))
    words = " ".join(header.read_text(encoding="utf-8").replace("*", " ").split())
    assert "uJ expected per inference (estimate by instructions)" in words
    assert "by instructions, " in words.split("energy change", 1)[1][:60]
    assert "51,000 bytes (28,000 + 23,000); +27.5 % vs baseline" in words.replace("  ", " ")
    save_report(int8.run_id, 0.8, tmp_path / "r.html", device=BOARD, estimate="FLOPs")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "energy: estimate by FLOPs" in text
    assert "Neither knows optimised kernels (CMSIS-NN), caches, DMA" in text
    assert "flash: 51,000 bytes" in text
