"""A header with one threshold per exit, compiled, stops every sample where Python does."""

import ctypes
import math
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from tests.conftest import compilers
from tests.exporting.firmware import STRICT, run_cpp
from tests.saved_points.records import VECTOR, half_record
from trecx.exporting.c_header import c_header
from trecx.saved_points.record import Rule
from trecx.store import Store
from trecx.threshold.exit_criteria import CRITERIA, by_criterion
from trecx.threshold.int8_threshold import INT8_SOFTMAX, Quantisation
from trecx.threshold.per_exit.decision import AT, by_thresholds

SDN = "kws/sdn"
TYPES = {"float": "float", "int8": "int8_t"}
WRAPPER = """
void stops_{kind}_{number}(const {type} *rows, int n, unsigned char *out);
void stops_{kind}_{number}(const {type} *rows, int n, unsigned char *out)
{{
    for (int i = 0; i < n; ++i) {{
        const {type} *softmax = rows + i * TRECX_N_EXITS * TRECX_N_CLASSES;
        int k = 0;
        while (!trecx_leaves_at_{kind}(k, softmax + k * TRECX_N_CLASSES)) {{
            ++k;
        }}
        out[i] = (unsigned char)k;
    }}
}}
"""


def vectors(confidence):
    """Vectors of thresholds: the grid's, ends of plateaus and their neighbours, 0, 1 and never."""
    random = np.random.default_rng(0)
    found = [VECTOR, (0.0, 0.5, 0.5), (1.0, 1.0, 1.0), (math.inf,) * 3, (math.inf, 0.69, 1 / 3)]
    found += [tuple(row) for row in (random.integers(0, 257, (6, 3)) / 256).tolist()]
    ends = np.stack([random.choice(confidence[:, k], 6) for k in range(3)], axis=1)
    for near in (
        ends.astype(float),
        np.nextafter(ends.astype(float), 0),
        np.nextafter(ends.astype(float), 2),
    ):
        found += [tuple(row) for row in near.clip(0, 1).tolist()]
    return found


class Firmware:
    """The header of each of these rules, compiled as C99 with every warning an error."""

    def __init__(self, folder, record, rules, kind):
        parts = []
        for number, rule in enumerate(rules):
            (folder / f"{number}.h").write_text(c_header(replace(record, rule=rule)))
            wrapper = WRAPPER.format(kind=kind, number=number, type=TYPES[kind])
            (folder / f"{number}.c").write_text(f'#include "{number}.h"\n{wrapper}')
            parts.append(f"{number}.c")
        command = [compilers()[0], "-std=c99", *STRICT, "-shared", "-fPIC", *parts, "-o", "all.so", "-lm"]
        subprocess.run(command, check=True, cwd=folder)
        self.library, self.kind = ctypes.CDLL(str(folder / "all.so")), kind

    def stops(self, number, softmax):
        """The exit at which each row of (n_samples, n_exits, n_classes) stops by the rule of this number."""
        rows = np.ascontiguousarray(softmax)
        out = np.empty(len(rows), np.uint8)
        first, last = (ctypes.c_void_p(array.ctypes.data) for array in (rows, out))
        getattr(self.library, f"stops_{self.kind}_{number}")(first, len(rows), last)
        return out.astype(int)


def stops_by_thresholds(scores, per_exit):
    return (by_thresholds(scores, per_exit).confidence >= AT).argmax(axis=1)


def stored():
    store = Store()
    return store.load_scores(store.find_run(SDN))


@pytest.mark.compiler
@pytest.mark.parametrize("criterion", CRITERIA)
def test_c_stops_every_sample_where_python_does_in_float(shipped, tmp_path, criterion):
    scores = stored()
    seen = by_criterion(scores, criterion)
    asked = vectors(seen.confidence)
    rules = [Rule(math.nan, criterion, per_exit=per_exit) for per_exit in asked]
    firmware = Firmware(tmp_path, half_record(SDN, rules[0], None), rules, "float")
    for number, per_exit in enumerate(asked):
        stops = firmware.stops(number, scores.probabilities)
        assert np.array_equal(stops, stops_by_thresholds(seen, per_exit)), per_exit
    assert len(asked) > 25


@pytest.mark.compiler
@pytest.mark.parametrize("quantisation", [INT8_SOFTMAX, Quantisation(0.0043, -120)])
@pytest.mark.parametrize("criterion", ["largest", "margin"])
def test_c_stops_every_sample_where_python_does_in_int8(shipped, tmp_path, criterion, quantisation):
    scores = stored()
    q = np.rint(scores.probabilities / quantisation.scale) + quantisation.zero_point
    q = np.clip(q, -128, 127).astype(np.int8)
    real = quantisation.confidences[q.astype(int) + 128]
    ranked = np.sort(q.astype(int), axis=2)
    lead = quantisation.leads[ranked[:, :, -1] - ranked[:, :, -2]]
    confidence = real.max(axis=2) if criterion == "largest" else lead
    seen = replace(scores, probabilities=None, confidence=confidence.clip(0, 1))
    asked = vectors(seen.confidence)
    rules = [Rule(math.nan, criterion, "int8", quantisation, per_exit) for per_exit in asked]
    firmware = Firmware(tmp_path, half_record(SDN, rules[0], None), rules, "int8")
    for number, per_exit in enumerate(asked):
        stops = firmware.stops(number, q)
        assert np.array_equal(stops, stops_by_thresholds(seen, per_exit)), per_exit


@pytest.mark.compiler
@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_header_is_clean_cpp_too_and_the_final_exit_takes_all(shipped, tmp_path, criterion):
    main = """int main() {
        float sure[TRECX_N_CLASSES] = {1.0f}, unsure[TRECX_N_CLASSES] = {0.4f, 0.3f, 0.3f};
        int found = trecx_leaves_at_float(0, sure) + 2 * trecx_leaves_at_float(0, unsure);
        found += 4 * trecx_leaves_at_float(2, sure);
        return found + 8 * trecx_leaves_at_float(TRECX_N_EXITS - 1, unsure);
    }"""
    header = c_header(half_record(SDN, Rule(math.nan, criterion, per_exit=(0.8, 0.8, math.inf))))
    assert run_cpp(tmp_path, header, main) == 9


def test_the_comment_says_each_threshold_the_split_and_no_plateau(shipped):
    header = c_header(half_record(SDN, Rule(math.nan, per_exit=VECTOR)))
    comment = " ".join(header.partition("*/")[0].replace(" * ", " ").split())
    assert "exit 0: the maximum softmax probability is >= 0.5 exit 1:" in comment
    assert "exit 2: never" in comment
    assert "measured on held-out half, 2,492 of 4,890 samples, by speaker, seed 0" in comment
    assert "plateau" not in comment
    assert "guarantee" not in comment
    assert "nan" not in comment.replace("unknown", "")
    assert "static const int16_t TRECX_THRESHOLDS_INT8[TRECX_N_EXITS - 1] = {0, 64, 128};" in header
    assert "static const float TRECX_THRESHOLDS_FLOAT[TRECX_N_EXITS - 1] = {0.5f, 0.75f, 2.0f};" in header


def test_entropy_has_no_int8_function_per_exit(shipped):
    header = c_header(half_record(SDN, Rule(math.nan, "entropy", per_exit=VECTOR)))
    assert "int8" not in header.replace("results are for   a float32 softmax", "").lower()
    assert "TRECX_ENTROPY_LIMITS" in header


def test_the_comment_says_the_guarantee_and_on_which_samples_the_numbers_are_measured(shipped):
    comment = c_header(half_record(SDN, lost=0.02)).partition("*/")[0].replace("\n *", " ")
    words = " ".join(comment.split())
    assert (
        "guarantee at most 2.00 % of samples lost, with 95 % probability (exact binomial test, 2,398 "
        "calibration samples, bound 1.98 %)"
    ) in words
    assert "measured on held-out half, 2,492 of 4,890 samples, by speaker, seed 0" in words


def test_the_header_of_one_rho_for_all_samples_says_neither(shipped):
    header = c_header(half_record(SDN, Rule(0.69), None))
    assert "guarantee" not in header
    assert "measured on" not in header
    assert "trecx_leaves_at" not in header
