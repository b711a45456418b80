"""The header's functions, compiled, decide as Python does: over every sample, at thresholds that matter."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exporting.firmware import Firmware, run_cpp
from trecx.errors import QuantisationError
from trecx.exporting.c_decisions import entropy_bound
from trecx.exporting.c_header import c_header
from trecx.exporting.c_text import comment_block, comment_text, double_literal, float_literal
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import Rule
from trecx.scores.float32 import not_below
from trecx.store import Store
from trecx.threshold.exit_criteria import CRITERIA, by_criterion, entropy_limit
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.int8_steps import int8_thresholds, snap_int8
from trecx.threshold.int8_threshold import INT8_SOFTMAX, NEVER, NO_LEAD, Quantisation, snapped, thresholds_of
from trecx.threshold.run_context import RunContext

ROUND = [0.0, 0.1, 1 / 3, 0.5, 0.69, 0.9, 0.996, 255 / 256, 0.9962, 1.0, math.inf]
OTHERS = [Quantisation(1 / 255, -128), Quantisation(0.0043, -120), Quantisation(1 / 128, 0)]
HOSTILE = 'a */ b /* c ??/ d \\\n#error "e" <script>alert(1)</script> ρ \u202emirror \r\n*/ int x;'


def scores_of(name):
    store = Store()
    return store.load_scores(store.find_run(name))


def record_of(name, rule):
    run = Store().find_run(name)
    table = ExitTable.of(by_criterion(scores_of(name), rule.criterion))
    return capture_point(run, None, RunContext(run.task, table), rule)


def thresholds_that_matter(confidence):
    """Round ones, ties, and ends of plateaus: confidences as they are, and their neighbours on both sides."""
    values, counts = np.unique(confidence, return_counts=True)
    ties = values[np.argsort(-counts)[:10]]
    ends = np.random.default_rng(0).choice(values, min(20, len(values)), replace=False)
    near = [ties, ends, np.nextafter(ends, np.float32(2))]
    near += [np.nextafter(ends.astype(float), towards) for towards in (0, 2)]
    found = np.unique(np.concatenate([values.astype(float) for values in near]))
    return [*ROUND, *found[found <= 1].tolist()]


def as_int8(softmax, quantisation):
    """What a device says whose softmax counts so, and the float32 that it means."""
    q = np.rint(softmax / quantisation.scale) + quantisation.zero_point
    q = np.clip(q, -128, 127).astype(np.int8)
    return q, quantisation.confidences[q.astype(int) + 128]


@pytest.mark.compiler
@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("name", ["kws/trecx", "vww/trecx"])
def test_c_decides_as_python_does_on_every_sample_in_float(shipped, tmp_path, name, criterion):
    scores = scores_of(name)
    confidence = by_criterion(scores, criterion).confidence[:, 0]
    thresholds = thresholds_that_matter(confidence)
    rules = [Rule(threshold, criterion) for threshold in thresholds]
    firmware = Firmware(tmp_path, record_of(name, rules[0]), rules)
    for number, threshold in enumerate(thresholds):
        leaves = firmware.leaves("float", number, scores.probabilities[:, 0])
        assert np.array_equal(leaves, confidence.astype(float) >= threshold), threshold
    assert len(thresholds) > 80


@pytest.mark.compiler
@pytest.mark.parametrize("criterion", ["largest", "margin"])
@pytest.mark.parametrize("name", ["kws/trecx", "vww/trecx"])
def test_c_decides_as_python_does_on_every_sample_in_int8(shipped, tmp_path, name, criterion):
    softmax, real = as_int8(scores_of(name).probabilities[:, 0], INT8_SOFTMAX)
    first, second = np.sort(real, axis=1)[:, ::-1][:, :2].T
    confidence = (first if criterion == "largest" else first - second).astype(float)
    steps = np.arange(0, 256, 8) / 256
    thresholds = list(map(float, [*ROUND, *steps, *np.nextafter(steps, 2), *np.nextafter(steps[1:], 0)]))
    rules = [Rule(threshold, criterion, "int8") for threshold in thresholds]
    firmware = Firmware(tmp_path, record_of(name, rules[0]), rules)
    for number, threshold in enumerate(thresholds):
        assert np.array_equal(firmware.leaves("int8", number, softmax), confidence >= threshold), threshold


@pytest.mark.compiler
@pytest.mark.parametrize("quantisation", OTHERS)
def test_c_decides_as_python_does_with_another_scale_and_zero_point(shipped, tmp_path, quantisation):
    softmax, real = as_int8(scores_of("vww/trecx").probabilities[:, 0], quantisation)
    thresholds = thresholds_that_matter(real.max(axis=1).clip(0, 1))
    rules = [Rule(threshold, "largest", "int8", quantisation) for threshold in thresholds]
    firmware = Firmware(tmp_path, record_of("vww/trecx", rules[0]), rules)
    for number, threshold in enumerate(thresholds):
        expected = real.max(axis=1).astype(float) >= threshold
        assert np.array_equal(firmware.leaves("int8", number, softmax), expected), threshold


@pytest.mark.compiler
def test_c_decides_alike_at_every_early_exit_of_a_network_with_several(shipped, tmp_path):
    scores = scores_of("kws/sdn")
    firmware = Firmware(tmp_path, record_of("kws/sdn", Rule(0.7)), [Rule(0.7)])
    left = np.stack([firmware.leaves("float", 0, scores.probabilities[:, k]) for k in range(3)], axis=1)
    at = np.where(left.any(axis=1), left.argmax(axis=1), 3)
    counts = record_of("kws/sdn", Rule(0.7)).numbers["exit_samples"]
    assert np.bincount(at, minlength=4).tolist() == counts


@pytest.mark.compiler
@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("threshold", [0.7, 0.0, math.inf])
def test_the_header_is_clean_cpp_too_and_may_be_included_twice(shipped, tmp_path, criterion, threshold):
    main = "int main() { float p[TRECX_N_CLASSES] = {1.0f}; return trecx_leaves_float(p) ? 7 : 8; }"
    header = c_header(record_of("vww/trecx", Rule(threshold, criterion)))
    assert run_cpp(tmp_path, header, main) == (8 if math.isinf(threshold) else 7)


@pytest.mark.compiler
def test_hostile_names_and_notes_stay_in_the_comment(shipped, tmp_path):
    record = record_of("vww/trecx", Rule(0.5))
    run = replace(record.run, class_names=(HOSTILE, "*/"), dataset=HOSTILE, model=HOSTILE)
    long = HOSTILE * 200
    header = c_header(replace(record, run=run, name=HOSTILE, note=long, author="*/\\"))
    assert header.isascii()
    assert header.count("*/") == c_header(record).count("*/")
    assert "\\" not in header
    assert "??" not in header
    Firmware(tmp_path, replace(record, run=run, name=HOSTILE, note=long), [record.rule])


@given(st.text())
def test_nothing_gets_out_of_a_comment(text):
    inside = comment_block([("label", text)])[2:-2]
    assert inside.isascii()
    assert not re.search(r"\*/|/\*|\\|\?\?", inside)
    assert comment_text(comment_text(text)) == comment_text(text)


@given(st.floats(0, 1))
def test_a_float32_literal_is_the_number_itself_and_decides_as_rho_does(threshold):
    least = np.float32(not_below(threshold))
    assert np.float32(float_literal(least).rstrip("f")) == least
    assert float(least) >= threshold
    assert least == 0 or float(np.nextafter(least, np.float32(-1))) < threshold
    assert float(double_literal(threshold)) == threshold


@given(st.floats(0, 1))
def test_int8_and_its_grid_are_those_of_the_page(threshold):
    assert snapped(threshold, INT8_SOFTMAX.confidences) == snap_int8(threshold)
    assert np.array_equal(thresholds_of(INT8_SOFTMAX.confidences), int8_thresholds())
    assert np.array_equal(thresholds_of(INT8_SOFTMAX.leads), int8_thresholds())


@given(
    st.floats(1e-6, 1),
    st.integers(-128, 127),
    st.floats(0, 1) | st.sampled_from([k / 256 for k in range(257)]) | st.just(math.inf),
)
def test_the_int8_threshold_is_the_smallest_q_that_reaches_rho(scale, zero_point, threshold):
    quantisation = Quantisation(scale, zero_point)
    worth = [float(np.float32(float(np.float32(scale)) * (q - zero_point))) for q in range(-128, 128)]
    leads = [float(np.float32(float(np.float32(scale)) * d)) for d in range(256)]
    by_hand = next((q for q, value in zip(range(-128, 128), worth, strict=True) if value >= threshold), NEVER)
    assert quantisation.threshold(threshold) == by_hand
    assert quantisation.lead(threshold) == next((d for d in range(256) if leads[d] >= threshold), NO_LEAD)


@pytest.mark.parametrize(
    ("scale", "zero_point"), [(0, 0), (-1, 0), (math.nan, 0), (2, 0), (0.1, 128), (0.1, -129)]
)
def test_an_absurd_scale_or_zero_point_is_refused(scale, zero_point):
    with pytest.raises(QuantisationError, match="must lie"):
        Quantisation(scale, zero_point)


@given(st.floats(0.001, 0.999), st.integers(2, 20))
def test_the_entropy_limit_lies_half_a_float32_beyond_the_papers(threshold, n_classes):
    assert entropy_bound(threshold, n_classes) == pytest.approx(entropy_limit(threshold, n_classes), abs=1e-6)
    assert entropy_bound(0, n_classes) == math.inf
    assert entropy_bound(math.inf, n_classes) == -math.inf


def test_entropy_in_int8_is_refused_in_words_and_float_has_no_int8_function(shipped):
    with pytest.raises(QuantisationError, match="entropy has no int8 threshold"):
        Rule(0.9, "entropy", "int8")
    header = c_header(record_of("kws/trecx", Rule(0.9, "entropy")))
    assert "int8_t" not in header
    assert "INT8" not in header


def test_the_header_tells_what_follows_and_where_it_comes_from(shipped):
    record = record_of("kws/trecx", Rule(0.69))
    header = c_header(replace(record, name="Doorbell", author="Ada"))
    run = record.run
    for told in (
        *("Doorbell", "Ada", run.run_id, run.identity, run.model_sha256, run.dataset, "tensorflow 2.21.0"),
        *("0.8706 expected", "0.9121 expected", "3453397 expected per inference", "3127080, 5647920"),
        *("#define TRECX_N_EXITS 2", "#define TRECX_THRESHOLD_FLOAT 0.690000057f"),
        *("#define TRECX_THRESHOLD_INT8 49", "#define TRECX_INT8_ZERO_POINT (-128)"),
    ):
        assert told in header, told


def test_costs_that_are_proportions_only_are_called_so(shipped):
    record = record_of("kws/trecx", Rule(0.69))
    relative = replace(record, run=replace(record.run, training={"costs": "relative"}))
    assert "relative costs: the final exit is 1000000" in " ".join(c_header(relative).split())
    assert "relative costs" not in c_header(record)


def test_a_rho_that_int8_cannot_reach_gives_no_early_exits(shipped):
    header = c_header(record_of("kws/trecx", Rule(0.9962, precision="int8")))
    assert "#define TRECX_THRESHOLD_INT8 128 /* above every int8 value: no early exits" in header
    assert "0.0000 expected" in header
