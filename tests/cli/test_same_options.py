"""The commands that show a run take the same options, and count as the page does and as a plain loop."""

import json
import math
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
import typer

import trecx
from tests.cli.test_commands import document, run
from trecx.cli.commands import app
from trecx.device.energy import estimated_costs, find_profile
from trecx.errors import ClassMixError, QuantisationError
from trecx.saved_points.capture import point_numbers
from trecx.saved_points.record import Rule
from trecx.scores import ExitScores
from trecx.store import CustomProfile, Provenance, Store
from trecx.store.run_context import load_context
from trecx.threshold.benefit_curve import tradeoff_points
from trecx.threshold.int8_steps import int8_thresholds
from trecx.threshold.int8_threshold import Quantisation
from trecx.threshold.limits import Limits
from trecx.threshold.run_context import RunContext

BOARD = "nucleo-l4r5zi-tflm-2.3.1-1.8v"
RHO, LIMIT = 0.62, 250
COMMANDS = ("point", "curve", "tradeoff", "choose", "export", "compare")
SHARED = {
    *(
        "--half",
        "--split-seed",
        "--criterion",
        "--mix",
        "--int8",
        "--int8-scale",
        "--int8-zero-point",
        "--device",
        "--energy-uj",
    ),
    *("--latency-ms", "--battery", "--per-hour", "--source", "--db", "--json"),
}
MIXES = {"as tested": None, "even": (1 / 3, 1 / 3, 1 / 3), "a=0.7,b=0.3": (0.7, 0.3, 0.0)}
DEVICES = {
    "none": (),
    "published": ("--device", BOARD, "--battery", "CR2032", "--per-hour", "1200"),
    "measured": ("--energy-uj", "10,40,90", "--latency-ms", "1,3,8", "--per-hour", "60"),
}


SHOWN = ("accuracy", "exit_rate", "flops", "energy_uj", "latency_ms", "mj_per_day", "battery_days")
GRID = [
    asked
    for asked in product(("largest", "entropy", "margin"), MIXES, (False, True), DEVICES)
    if asked[0] != "entropy" or not asked[2]  # an int8 softmax has no such rule
]


@pytest.fixture
def scores():
    """90 samples of three unequal classes, two early exits and a final one, with ties."""
    random = np.random.default_rng(5)
    labels = np.repeat([0, 1, 2], [20, 30, 40])
    raw = random.dirichlet(np.full(3, 0.6), (90, 3)).round(2)
    raw[np.arange(90), :, labels] += np.array([0.3, 0.6, 1.2])
    probabilities = (raw / raw.sum(axis=-1, keepdims=True)).astype(np.float32)
    return ExitScores(labels, [100, 250, 600], probabilities=probabilities, class_names=("a", "b", "c"))


@pytest.fixture
def store(scores):
    here = Store()
    about = ("imported", "made", "test", "made", None, None, {})
    here.save_run(Provenance("pets", "mine", *about), scores)
    plain = ExitScores(
        scores.labels, [500], probabilities=scores.probabilities[:, -1:], class_names=scores.class_names
    )
    here.save_run(Provenance("pets", "baseline", *about), plain)
    return here


def confidence(criterion, softmax):
    first, second = sorted(softmax.tolist(), reverse=True)[:2]
    if criterion == "largest":
        return first
    if criterion == "margin":
        return float(np.float32(first - second))
    entropy = -sum(p * math.log(p) for p in softmax.tolist() if p > 0)
    return float(np.float32(min(max(1 - entropy / math.log(len(softmax)), 0), 1)))


def by_hand(scores, criterion, shares, rho, exit_costs):
    """Return accuracy, exit rate and mean costs at ρ, from a loop over the samples."""
    counts = np.bincount(scores.labels)
    shares = counts / counts.sum() if shares is None else shares
    correct = early = 0.0
    costs = np.zeros(len(exit_costs))
    for label, softmaxes in zip(scores.labels, scores.probabilities, strict=True):
        share = shares[label] / counts[label]
        reached = [k for k in (0, 1) if confidence(criterion, softmaxes[k]) >= rho]
        exit_ = reached[0] if reached else 2
        correct += share * (softmaxes[exit_].argmax() == label)
        early += share * (exit_ < 2)
        costs += share * np.array([cost[exit_] for cost in exit_costs])
    return correct, early, costs.tolist()


def int8_step(rho):
    return math.inf if rho > 255 / 256 else math.ceil(rho * 256) / 256


class Setting(NamedTuple):
    """One combination of the options: as typed, as the page counts it, and ρ as the device rounds it."""

    criterion: str
    mix: str
    int8: bool
    device: str
    options: tuple[str, ...]
    context: RunContext
    rho: float


@pytest.fixture(params=GRID, ids=lambda each: "-".join(map(str, each)))
def setting(request, store):
    criterion, mix, int8, device = request.param
    known = {
        "none": {},
        "published": {"device": BOARD, "battery": "CR2032", "inferences_per_hour": 1200},
        "measured": {"energy_uj": (10, 40, 90), "latency_ms": (1, 3, 8), "inferences_per_hour": 60},
    }[device]
    context = load_context(store, store.find_run("pets/mine"), criterion=criterion, class_mix=mix, **known)
    options = ("--criterion", criterion, "--mix", mix, *DEVICES[device], *["--int8"] * int8)
    return Setting(*request.param, options, context, int8_step(RHO) if int8 else RHO)


def numbers_of(shown):
    return [shown.get(name) for name in SHOWN]


def test_point_counts_as_a_loop_over_the_samples(capsys, scores, setting):
    point = document(capsys, "point", "pets/mine", "--threshold", str(RHO), *setting.options)
    costs = [scores.exit_flops.tolist()]
    if setting.device == "published":
        costs.append(estimated_costs(find_profile(BOARD), "pets", scores.exit_flops).energy_uj.tolist())
    if setting.device == "measured":
        costs += [[10, 40, 90], [1, 3, 8]]
    shares = MIXES[setting.mix]
    accuracy, exit_rate, mean_costs = by_hand(scores, setting.criterion, shares, setting.rho, costs)
    assert point["threshold"] == setting.rho
    assert (point["accuracy"], point["exit_rate"]) == pytest.approx((accuracy, exit_rate))
    names = ["flops", "energy_uj", "latency_ms"][: len(costs)]
    assert [point[name] for name in names] == pytest.approx(mean_costs)
    assert ("energy_uj" in point) == (setting.device != "none")
    assert ("battery_days" in point) == (setting.device == "published")
    assert point.get("criterion", "largest") == setting.criterion


def test_point_and_export_give_what_the_page_saves(capsys, tmp_path, setting):
    asked = ("pets/mine", "--threshold", str(RHO), *setting.options)
    out = tmp_path / "point.json"
    point = document(capsys, "point", *asked)
    document(capsys, "export", *asked, "--out", str(out))
    exported = json.loads(out.read_text("utf-8"))["numbers"]
    rule = Rule(RHO, setting.criterion, "int8" if setting.int8 else "float32")
    saved = point_numbers(setting.context, rule)
    for page in (exported, saved):
        same = [name for name in point if name in page and name != "confusion"]
        assert {"accuracy", "exit_rate", "flops", "n_samples", "flops_saving"} <= set(same)
        assert [point[name] for name in same] == pytest.approx([page[name] for name in same])
        assert point["plateau"] == pytest.approx([page["plateau_above"], page["plateau_up_to"]])
        assert point["accuracy_interval"] == pytest.approx([page["accuracy_low"], page["accuracy_high"]])
        assert list(point["overthinking"].values()) == pytest.approx(list(page["outcomes"].values()))


def test_curve_and_tradeoff_give_what_point_gives(capsys, setting):
    def point(rho):
        at = ("--threshold", "inf" if rho is None else repr(rho))
        return document(capsys, "point", "pets/mine", *at, *setting.options)

    steps = document(capsys, "curve", "pets/mine", *setting.options)["points"]
    assert len(steps) == 257 if setting.int8 else len(steps) > 50
    held = [step for step in steps[1:] if step["threshold"] >= setting.rho][-1]  # the first is inf
    assert numbers_of(held) == pytest.approx(numbers_of(point(RHO)))
    found = document(capsys, "tradeoff", "pets/mine", *setting.options)
    accuracy = setting.context.reference["accuracy"]
    thresholds = int8_thresholds() if setting.int8 else None
    wanted = tradeoff_points(setting.context.on_device(thresholds).curve, accuracy)
    assert found["baseline_accuracy"] == pytest.approx(accuracy)
    for each, twin in zip(found["points"], wanted, strict=True):
        assert each["threshold"] == (None if math.isinf(twin.threshold) else twin.threshold)
        assert numbers_of(each) == pytest.approx(numbers_of(point(each["threshold"])))
    assert ("class_mix" in found) == (setting.mix != "as tested")


def test_choose_gives_what_the_page_chooses_and_point_the_same_numbers(capsys, setting):
    best = setting.context.choose(Limits(max_flops=LIMIT), setting.int8).best
    chosen = document(capsys, "choose", "pets/mine", "--max-flops", str(LIMIT), *setting.options)
    assert chosen["threshold"] == best.threshold
    assert numbers_of(chosen) == pytest.approx([best.quantities.get(name) for name in SHOWN])
    at = ("--threshold", repr(chosen["threshold"]))
    point = document(capsys, "point", "pets/mine", *at, *setting.options)
    assert numbers_of(chosen) == pytest.approx(numbers_of(point))
    for name in ("confusion", "class_mix", "accuracy_interval"):
        assert np.array(point[name]) == pytest.approx(np.array(chosen[name]))


def test_the_api_chooses_the_same(capsys, scores, setting):
    costs = {"energy_uj": (10, 40, 90), "latency_ms": (1, 3, 8)} if setting.device == "measured" else {}
    best = trecx.choose(
        scores,
        criterion=setting.criterion,
        class_mix=setting.mix,
        int8=setting.int8,
        max_flops=LIMIT,
        **costs,
    ).best
    chosen = document(capsys, "choose", "pets/mine", "--max-flops", str(LIMIT), *setting.options)
    assert best.threshold == chosen["threshold"]
    assert {name: chosen[name] for name in best.quantities} == pytest.approx(best.quantities)


def test_the_api_refuses_what_the_commands_refuse(scores):
    with pytest.raises(QuantisationError, match="entropy has no int8 threshold"):
        trecx.choose(scores, criterion="entropy", int8=True, max_flops=LIMIT)
    with pytest.raises(ClassMixError, match="a class mix is one of"):
        trecx.choose(scores, class_mix="loud", max_flops=LIMIT)


def test_every_command_has_the_shared_options_from_one_place():
    commands, texts = typer.main.get_command(app).commands, []
    for name in COMMANDS:
        helps = {option: parameter.help for parameter in commands[name].params for option in parameter.opts}
        texts.append({option: helps[option] for option in SHARED})
    assert texts == [texts[0]] * len(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--criterion", "entropy", "--int8"), 1, "entropy has no int8 threshold"),
        (("--mix", "loud"), 1, "a class mix is one of as tested, even"),
        (("--device", "toaster"), 1, f"known: {BOARD}"),
        (("--int8", "--int8-scale", "0"), 1, "the scale must lie above 0"),
        (("--int8", "--int8-zero-point", "500"), 1, "the zero point must lie within"),
        (("--latency-ms", "1,2,3"), 2, "--latency-ms needs --energy-uj"),
        (("--energy-uj", "1,2,3", "--device", BOARD), 2, "exclude each other"),
        (("--criterion", "guess"), 2, "'guess'"),
        (("--half", "other"), 2, "'other'"),
        (("--split-seed", "1"), 2, "--split-seed needs --half"),
    ],
)
def test_what_has_no_meaning_is_told_in_the_same_words_by_all(capsys, store, command, options, status, words):
    own = {
        "point": ("--threshold", "0.5"),
        "choose": ("--max-flops", "250"),
        "export": ("--threshold", "0.5", "--out", "never.json"),
        "compare": ("pets/baseline",),
    }
    ended, out, err = run(capsys, command, "pets/mine", *own.get(command, ()), *options)
    assert (ended, out) == (status, "")
    assert words in " ".join(err.replace("│", " ").split())


def test_an_own_quantisation_needs_int8_where_nothing_else_uses_it(capsys, store):
    status, _, err = run(capsys, "point", "pets/mine", "--threshold", "0.5", "--int8-scale", "0.01")
    assert status == 2
    assert "need --int8" in err


def test_an_own_quantisation_makes_the_steps(capsys, store, tmp_path):
    options = ("--int8", "--int8-scale", "0.0078", "--int8-zero-point", "-100")
    values = Quantisation(0.0078, -100).confidences
    steps = document(capsys, "curve", "pets/mine", *options)["points"]
    assert [step["threshold"] for step in steps[1:-1]] == values[(values > 0) & (values <= 1)][::-1].tolist()
    point = document(capsys, "point", "pets/mine", "--threshold", "0.6", *options)
    assert point["threshold"] == values[values >= 0.6][0]
    assert (point["int8_threshold"], point["asked_threshold"]) == (int((values < 0.6).sum()) - 128, 0.6)
    out = tmp_path / "point.json"
    document(capsys, "export", "pets/mine", "--threshold", "0.6", "--out", str(out), *options)
    rule = json.loads(out.read_text("utf-8"))["rule"]
    assert (rule["int8_threshold"], rule["effective_threshold"]) == (
        point["int8_threshold"],
        point["threshold"],
    )


def test_a_step_of_an_int8_softmax_above_1_means_no_early_exits(capsys, store):
    options = ("--int8", "--int8-scale", "0.3", "--int8-zero-point", "-128")
    point = document(capsys, "point", "pets/mine", "--threshold", "0.95", *options)
    assert (point["threshold"], point["exit_rate"]) == (None, 0)


def test_a_saved_device_is_named_like_a_published_one(capsys, store):
    store.profiles.save(CustomProfile("bench, µ", (10, 40, 90), (1, 3, 8)))
    saved = document(capsys, "point", "pets/mine", "--threshold", "0.5", "--device", "bench, µ")
    typed = ("--energy-uj", "10,40,90", "--latency-ms", "1,3,8")
    assert saved == document(capsys, "point", "pets/mine", "--threshold", "0.5", *typed)
    status, _, err = run(capsys, "point", "pets/mine", "--threshold", "0.5", "--device", "other")
    assert status == 1
    assert "bench, µ" in err


def test_tables_show_what_was_asked_for(capsys, store):
    options = ("--criterion", "margin", "--mix", "even", "--int8", *DEVICES["published"])
    for command in (
        ("point", "pets/mine", "--threshold", "0.5"),
        ("curve", "pets/mine"),
        ("tradeoff", "pets/mine"),
    ):
        status, out, err = run(capsys, *command, *options)
        assert status == 0
        for words in ("µJ per inference", "battery life (days)"):
            assert words in out
        for words in (
            "Exit criterion: margin",
            "Class mix: even",
            "multiple of 1/256",
            "Costs (estimate by FLOPs): NUCLEO",  # the task is none whose instructions are counted
        ):
            assert words in err
