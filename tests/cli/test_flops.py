"""`trecx flops`: where a network's operations are, what each exit costs, and when exits pay."""

import json

import pytest

from tests.cli.test_commands import run

pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings("ignore")]
# REFERENCE section 1: parameters, exit FLOPs, the baseline's.
KWS_TRECX = (28_248, [3_127_080, 5_647_920], 5_541_064)


def test_flops_are_told_by_stage_and_head_and_add_up_to_the_reference(capsys):
    status, out, err = run(capsys, "flops", "kws", "trecx", "--json")
    assert status == 0, err
    found = json.loads(out)
    assert (found["parameters"], found["exit_flops"], found["baseline_flops"]) == KWS_TRECX
    names = ["stem", "pair_1", "pair_2", "exit_1", "pair_3", "pair_4", "final"]
    assert [part["name"] for part in found["parts"]] == names
    assert [part["name"] for part in found["parts"] if part["is_exit"]] == ["exit_1", "final"]
    assert sum(part["flops"] for part in found["parts"]) == 5_647_920
    assert sum(part["parameters"] for part in found["parts"]) == 28_248
    assert found["break_even_exit_rate"] == pytest.approx((5_647_920 - 5_541_064) / (5_647_920 - 3_127_080))


@pytest.mark.parametrize(
    ("system", "said"),
    [
        ("trecx", "Break-even exit rate 12.2 %: above it, the network costs less than the baseline."),
        ("baseline", "The network has no early exit."),
        ("sdn", "With several early exits, the break-even depends on how many samples stop at each exit."),
    ],
)
def test_the_table_says_what_each_exit_costs_and_when_exits_pay(capsys, system, said):
    status, out, err = run(capsys, "flops", "digits", system)
    assert status == 0, err
    assert said in err
    lines = {line.split()[0]: line.split() for line in out.splitlines() if len(line.split()) > 3}
    assert lines[f"digits/{system}"][1:3] == ["parameters", "FLOPs"]
    assert len(lines["stem"]) == 5  # name, parameters, FLOPs, share with its sign
    assert len(lines["final"]) == 8  # and its exit FLOPs, in full and of the baseline's


def test_an_unknown_system_names_its_neighbours(capsys):
    status, out, err = run(capsys, "flops", "vww", "trecx-two-exits")
    assert (status, out) == (1, "")
    assert "unknown design for task vww: 'trecx-two-exits'; known: baseline, trecx" in err
