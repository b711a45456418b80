"""The header of an int8 run decides as the dashboard does: every sample, all 257 thresholds."""

import re
from dataclasses import replace

import numpy as np
import pytest

from tests.conftest import SHIPPED
from tests.deploy.deployments import point_of
from tests.exporting.firmware import Firmware
from trecx.exporting.c_header import c_header
from trecx.saved_points.record import Rule
from trecx.scores import ExitScores
from trecx.scores.run import Provenance
from trecx.store import Store
from trecx.threshold.exit_criteria import by_criterion
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.int8_steps import int8_thresholds
from trecx.threshold.sample_exit import sample_exits

STEPS = [k / 256 for k in range(257)]
FIRST = {"largest": -128, "margin": 0}  # what ρ = 0 is compared as


@pytest.fixture(scope="module", params=["kws/trecx", "kws/sdn"])
def stored(request, as_shipped, tmp_path_factory):
    """An int8 run in a store of its own: a published run whose scores are rounded to k/256."""
    scores = Store(SHIPPED).load_scores(Store(SHIPPED).find_run(request.param))
    q = (np.clip(np.rint(scores.probabilities * 256), 0, 255) - 128).astype(np.int8)
    rounded = ExitScores(
        scores.labels,
        scores.exit_flops,
        (q.astype(np.float32) + 128) / 256,
        class_names=scores.class_names,
    )
    about = ("kws", "trecx", "published", "Speech Commands", "test", "m", None, None, {})
    address = f"sqlite:///{tmp_path_factory.mktemp('int8') / 'scores.sqlite'}"
    run = Store(address).save_run(Provenance(*about, training={"precision": "int8"}), rounded)
    return address, run, q


def dashboard_exits(scores, thresholds):
    """Return the exit of each sample by the rule of the pages, of shape (n_thresholds, n_samples)."""
    found = np.full((len(thresholds), scores.n_samples), -1)
    rho = np.array(thresholds)
    for sample in range(scores.n_samples):
        for way in sample_exits(scores.confidence[sample], scores.correct[sample]):
            found[(way.above < rho) & (rho <= way.up_to), sample] = way.exit
    return found


def header_exits(firmware, q):
    """Return the same by the header's function, given the int8 scores."""
    n_exits = q.shape[1]
    leaves = np.ones((len(STEPS), len(q), n_exits), bool)
    for step in range(len(STEPS)):
        for early in range(n_exits - 1):
            leaves[step, :, early] = firmware.leaves("int8", step, q[:, early])
    return leaves.argmax(axis=2)


@pytest.mark.compiler
@pytest.mark.parametrize("criterion", FIRST)
def test_the_header_decides_as_the_dashboard_for_every_sample_and_257_thresholds(
    stored, tmp_path, monkeypatch, criterion
):
    address, run, q = stored
    monkeypatch.setenv("TRECX_DB", address)
    scores = by_criterion(Store().load_scores(run), criterion)
    rules = [Rule(step, criterion, "int8") for step in STEPS]
    record = point_of(run, 0.5, criterion)
    by_header = header_exits(Firmware(tmp_path, record, rules), q)
    assert by_header.shape == (257, 4890)
    assert np.array_equal(by_header, dashboard_exits(scores, STEPS))
    table = ExitTable.of(scores)
    counts = [np.bincount(exits, minlength=run.n_exits).tolist() for exits in by_header]
    assert counts == [table.operating_point(step).exit_counts.tolist() for step in STEPS]
    assert len(set(map(tuple, counts))) > 150  # steps differ, so that an error of one step is seen


@pytest.mark.parametrize("criterion", FIRST)
def test_the_constant_of_each_of_the_257_headers_is_its_step(stored, monkeypatch, criterion):
    address, run, _ = stored
    monkeypatch.setenv("TRECX_DB", address)
    record = point_of(run, 0.5, criterion)
    for k, step in enumerate(STEPS):
        header = c_header(replace(record, rule=Rule(step, criterion, "int8")))
        (constant,) = re.findall(r"#define TRECX_(?:THRESHOLD|LEAD)_INT8 \(?(-?\d+)", header)
        assert int(constant) == k + FIRST[criterion]
        assert "the scores are the device's" in " ".join(header.replace("*", "").split())


def test_the_257_thresholds_are_those_of_the_page():
    pages = int8_thresholds()[::-1]
    assert np.array_equal(pages[:-1], STEPS[:-1])
    assert np.isinf(pages[-1])  # 1 is above 255/256, so it is no early exits as well
