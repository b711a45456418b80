"""Flash and RAM of a deployment, by hand, and where they are shown."""

import pytest

from trecx.device.memory import MemoryUse
from trecx.scores.deployment import DeployedStage, Deployment

STAGES = (DeployedStage(1_000, 500, 100), DeployedStage(3_000, 800, 50))


def deployment(stages, crossing):
    return Deployment(None, "default", None, stages, sum(stage.n_bytes for stage in stages), None, crossing)


def test_one_arena_holds_what_each_stage_keeps_and_the_largest_working_memory():
    use = MemoryUse.of(deployment(STAGES, 64))
    assert (use.stage_bytes, use.flash_bytes) == ((1_000, 3_000), 4_000)
    assert use.arena_bytes == 100 + 50 + max(500 - 100, 800 - 50) == 900
    assert use.ram_bytes == 964
    assert (use.flash_change, use.ram_change) == (None, None)
    assert "baseline not deployed" in use.rows()["flash"]


def test_both_are_compared_with_the_baselines_deployment():
    use = MemoryUse.of(deployment(STAGES, 64), deployment((DeployedStage(3_200, 1_205, 100),), 0))
    assert (use.flash_change, use.ram_change) == pytest.approx((0.25, -0.2))
    assert use.rows() == {
        "flash": "4,000 bytes (1,000 + 3,000); +25.0 % vs baseline",
        "RAM": "964 bytes (arena 900 + between stages 64); −20.0 % vs baseline",
    }
    assert MemoryUse.from_document(use.document()) == use
