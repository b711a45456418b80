"""Deployment as a job: its point, its zip file, and what is left of it when it fails or is killed."""

import json
import math
import os
import signal
import sys
import zipfile
from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest

from tests.int8_runs import shipped_with_int8
from tests.jobs.worker import KEYS, fake_worker, finish, lives, wait_until
from tests.saved_points.records import BOARD, context_options, record_of
from trecx.deploy.tflm import MISSING
from trecx.device.battery import find_battery
from trecx.device.exit_costs import measured_costs
from trecx.device.operating_conditions import OperatingConditions
from trecx.errors import ModelError, UnknownNameError
from trecx.jobs import readiness, worker
from trecx.jobs.deployed_point import options_of, package_name, point_of
from trecx.jobs.job import CANCELLED, DONE, FAILED, RUNNING, Job, PointOptions
from trecx.jobs.known_models import find_known, model_of
from trecx.jobs.queue import LOST, Queue
from trecx.jobs.readiness import deployment_obstacle
from trecx.jobs.records import Records
from trecx.jobs.worker import do_job
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import Rule
from trecx.store import Store
from trecx.store.run_context import load_context
from trecx.threshold.class_mix import class_weights
from trecx.threshold.exit_criteria import by_criterion

KWS = "published/kws/trecx"
POINT = PointOptions(0.9, "largest", "even", BOARD, battery="CR2032", inferences_per_hour=1200.0)
# A worker whose deployment stops in the middle of its folder until the file `hold` is gone.
SCRIPT = """
import os, sys, threading, time
from pathlib import Path
from types import SimpleNamespace
from trecx.jobs import worker
from trecx.jobs.records import Records

def deploy(model, store, point_of, out, progress):
    out.mkdir()
    (out / "README.md").write_text("half")
    (folder / f"{number}.pids").write_text(str(os.getpid()))
    while (folder / "hold").exists():
        time.sleep(0.02)
    (out / "report.json").write_text("{}")
    run = SimpleNamespace(run_id="int8-run")
    return SimpleNamespace(int8=SimpleNamespace(run=run), document={"warnings": []})

folder, number = Path(sys.argv[1]), int(sys.argv[2])
threading.Thread(target=worker._end_with_runner, daemon=True).start()
worker.deploy_known = deploy
worker.do_job(Records(folder), number)
"""


def fake_deployment(run_id="int8-run", warnings=()):
    """What `deploy_known` returns."""
    run = SimpleNamespace(run_id=run_id)
    document = {"run_id": run_id, "warnings": list(warnings)}
    return SimpleNamespace(int8=SimpleNamespace(run=run), document=document)


@pytest.fixture
def records(tmp_path):
    kept = Records(tmp_path)
    kept.keep(Job(1, KWS, point=POINT).started())
    return kept


@pytest.fixture
def held(tmp_path):
    """A queue whose deployments stop halfway until they are let go."""
    (tmp_path / "worker.py").write_text(SCRIPT, encoding="utf-8")
    queue = Queue(tmp_path / "store.jobs", (sys.executable, str(tmp_path / "worker.py")))
    queue.records.folder.mkdir()
    (queue.records.folder / "hold").touch()
    yield queue
    finish(queue)


def halfway(queue, number=1):
    """Wait until a job has written a part of its folder; return its process."""
    path = queue.records.folder / f"{number}.pids"
    return int(wait_until(lambda: path.exists() and path.read_text()))


def left(folder):
    """The files of a deployment, or of a part of it, that are in the folder of the jobs."""
    return sorted(path.name for path in folder.iterdir() if ".folder" in path.name or ".zip" in path.name)


@pytest.fixture
def int8(shipped, tmp_path):
    """A store with int8 runs of two networks."""
    return shipped_with_int8(shipped, tmp_path, "kws/trecx", "kws/sdn")


def made_of(record, store):
    """The point of the int8 run that a job makes of a point's options, written and read again."""
    options = options_of(record)
    assert PointOptions.from_json(options.to_json()) == options
    run = store.find_run(f"{record.run.task}/{record.run.system}:int8")
    made = point_of(options, store, run)
    assert made.run.run_id == run.run_id != record.run.run_id
    return made


@pytest.mark.parametrize("mix", [None, "even", "95 % silence and unknown"])
@pytest.mark.parametrize("threshold", [0.69, math.inf])
def test_the_point_of_a_job_has_the_setting_of_the_page_and_the_rule_of_its_int8_run(int8, threshold, mix):
    there = record_of("kws/trecx", Rule(threshold), mix=mix)
    made = made_of(there, int8)
    assert made.rule == Rule(threshold, precision="int8")
    for name in ("device", "battery", "inferences_per_hour", "class_mix", "class_shares"):
        assert getattr(made.setting, name) == getattr(there.setting, name), name
    if mix is None:
        point = int8.load_table(int8.find_run("kws/trecx:int8")).operating_point(made.rule.effective)
        assert made.numbers["confusion"] == point.confusion.tolist() != there.numbers["confusion"]
    else:
        assert made.numbers["accuracy"] == pytest.approx(there.numbers["accuracy"], abs=0.02)


def test_an_estimate_by_flops_stays_one_and_any_other_is_made_of_what_is_known_then(shipped):
    store, run = Store(), Store().find_run("kws/trecx")
    by_default = load_context(store, run, device=BOARD)
    by_flops = load_context(store, run, device=BOARD, estimate="FLOPs")
    points = [capture_point(run, None, seen, Rule(0.9)) for seen in (by_default, by_flops)]
    assert [point.setting.costs_basis for point in points] == ["instructions", "FLOPs"]
    assert [options_of(point).estimate for point in points] == [None, "FLOPs"]
    made = [point_of(options_of(point), store, run).setting for point in points]
    assert made == [point.setting for point in points]


def test_measured_costs_an_own_mix_and_an_own_battery_are_kept_to_the_last_digit(int8):
    run, baseline, context = context_options("kws/sdn", "margin")
    weights = class_weights([1, 0, 3, *[1] * 8, 0.1], context.table.class_counts)
    costs = measured_costs([1 / 3, 2 / 3, 0.9, 1.1], [0.1, 0.7, 0.8, 0.9], run.n_exits)
    conditions = OperatingConditions(costs, 77.7, find_battery("225.5,3.3,0.7,0.85"))
    seen = replace(context, class_weights=weights, conditions=conditions, device=None)
    there = capture_point(run, baseline, seen, Rule(0.9, "margin"), "my own mix")
    made = made_of(there, int8)
    assert made.setting.exit_energy_uj == (1 / 3, 2 / 3, 0.9, 1.1)
    assert made.setting.exit_latency_ms == (0.1, 0.7, 0.8, 0.9)
    assert made.setting.class_shares == pytest.approx(there.setting.class_shares, abs=1e-12)
    assert made.setting.battery == there.setting.battery
    assert made.setting.inferences_per_hour == 77.7
    assert made.rule == Rule(0.9, "margin", "int8")


def test_the_entropy_and_a_setting_without_device_and_battery_stay_what_they_are(int8):
    there = record_of("kws/trecx", Rule(0.5, "entropy"), device=None, battery=None, per_hour=None)
    made = made_of(there, int8)
    assert (made.rule, made.setting) == (there.rule, there.setting)


def test_one_threshold_per_exit_is_that_of_the_int8_run_too(int8, shipped):
    store, run, per_exit = Store(), Store().find_run("kws/sdn"), (0.7, math.inf, 0.123456789)
    rule = Rule(math.nan, "margin", per_exit=per_exit)
    context = load_context(store, run, criterion="margin", per_exit=per_exit)
    made = made_of(capture_point(run, None, context, rule), int8)
    assert made.rule == Rule(math.nan, "margin", "int8", per_exit=per_exit)
    scores = by_criterion(int8.load_scores(int8.find_run("kws/sdn:int8")), "margin")
    exits = np.column_stack([scores.confidence[:, :-1] >= np.array(per_exit), np.ones(4890, bool)])
    assert made.numbers["exit_samples"] == np.bincount(exits.argmax(axis=1), minlength=4).tolist()


def test_the_package_of_thresholds_per_exit_is_named_by_them():
    point = replace(POINT, threshold=None, thresholds=[0.7, None, 0.125])
    assert package_name(find_known("published/kws/sdn"), point) == "kws-sdn-rho-0.7-never-0.125"
    assert point.per_exit == (0.7, math.inf, 0.125)


@pytest.mark.parametrize(
    ("change", "way"),
    [
        ({"dataset": "others"}, "deploy MODEL --task kws --system trecx …"),
        ({"task": "pets"}, "deploy MODEL --task-file TASK.toml --data FOLDER --system trecx …"),
    ],
)
def test_a_run_whose_model_is_not_known_gets_the_command_that_takes_the_file(shipped, change, way):
    run = Store().find_run("kws/trecx")
    assert model_of(run).key == KWS
    with pytest.raises(ModelError, match=f"is not known here.*{way}"):
        model_of(replace(run, **change))


def test_a_job_of_a_release_without_deployments_is_a_scoring_and_a_deployment_is_read_as_written(tmp_path):
    times = '"started_at": 1.0, "ended_at": 2.0'
    old = f'{{"number": 1, "key": "k", "state": "done", {times}, "run_id": "r", "reason": ""}}'
    assert Job.from_json(old) == Job(1, "k", DONE, 1.0, 2.0, "r")
    assert Job.from_json(old).point is None
    job = Job(2, KWS, point=POINT, warnings=["Exit 1 loses 2 points."])
    assert Job.from_json(job.to_json()) == job
    records = Records(tmp_path)
    records.keep(job)
    for point in ({"rho": 0.9}, [1], "x", 3):
        damaged = json.loads(job.to_json()) | {"number": 3, "point": point}
        (tmp_path / "3.json").write_text(json.dumps(damaged))
        assert records.all() == [job]


def test_a_deployment_is_asked_for_once_at_a_point_and_beside_the_scoring_of_its_model(tmp_path):
    queue = Queue(tmp_path / "store.jobs", fake_worker(tmp_path))
    queue.records.folder.mkdir()
    (queue.records.folder / "hold").touch()
    asked = [
        queue.add(KEYS[0], point).number
        for point in (POINT, POINT, None, replace(POINT, threshold=0.8), None)
    ]
    assert asked == [1, 1, 2, 3, 2]
    assert [job.point for job in queue.jobs()] == [replace(POINT, threshold=0.8), None, POINT]
    with pytest.raises(UnknownNameError, match="unknown model"):
        queue.add("artifacts/models/digits/trecx/model.keras", POINT)
    finish(queue)


def test_a_deployment_is_a_zip_of_its_folder_and_names_its_run_and_its_warnings(
    records, monkeypatch, shipped
):
    seen = []

    def deploy(model, store, point_of, out, progress):
        assert records.package_of(records.find(1)) is None
        (out / "plain_c").mkdir(parents=True)
        (out / "README.md").write_text("read me")
        (out / "plain_c" / "Makefile").write_text("check:")
        seen.extend([model.key, point_of(store.find_run("kws/trecx")).rule])
        progress("writing the folder", 1, 1)
        return fake_deployment(warnings=["Exit 1 loses 2 points."])

    monkeypatch.setattr(worker, "deploy_known", deploy)
    do_job(records, 1)
    job = records.find(1)
    assert seen == [KWS, Rule(0.9)]
    assert (job.state, job.run_id, job.warnings) == (DONE, "int8-run", ["Exit 1 loses 2 points."])
    assert records.step_of(1).what == "writing the folder"
    with zipfile.ZipFile(BytesIO(records.package_of(job))) as package:
        assert package.testzip() is None
        names = ["kws-trecx-rho-0.9/README.md", "kws-trecx-rho-0.9/plain_c/Makefile"]
        assert package.namelist() == names
        assert package.read(names[0]) == b"read me"
    assert left(records.folder) == ["1.zip"]
    records.forget(job)
    assert left(records.folder) == []
    without_exits = replace(POINT, threshold=None)
    assert package_name(find_known(KWS), without_exits) == "kws-trecx-rho-inf"


@pytest.mark.parametrize("error", [ModelError(MISSING), OSError(28, "No space left on device")])
def test_a_deployment_that_fails_says_why_and_leaves_nothing(records, monkeypatch, error):
    def deploy(model, store, point_of, out, progress):
        out.mkdir()
        (out / "README.md").write_text("half")
        raise error

    monkeypatch.setattr(worker, "deploy_known", deploy)
    do_job(records, 1)
    assert records.find(1).state == FAILED
    assert str(error) in records.find(1).reason
    assert records.package_of(records.find(1)) is None
    assert left(records.folder) == []


def test_a_zip_that_the_disk_has_no_room_for_is_not_offered_and_says_what_to_do(records, monkeypatch):
    def deploy(model, store, point_of, out, progress):
        out.mkdir()
        (out / "README.md").write_text("whole")
        return fake_deployment()

    monkeypatch.setattr(worker, "deploy_known", deploy)
    (records.folder / f".1.zip.{os.getpid()}.part").symlink_to("/dev/full")
    do_job(records, 1)
    assert records.find(1).state == FAILED
    assert "No space left on device" in records.find(1).reason
    assert left(records.folder) == []


def test_a_deployment_runs_in_a_process_of_its_own_to_its_end(held):
    held.add(KWS, POINT)
    assert halfway(held) != os.getpid()
    assert held.records.package_of(held.jobs()[0]) is None
    (held.records.folder / "hold").unlink()
    wait_until(lambda: held.jobs()[0].state == DONE)
    with zipfile.ZipFile(BytesIO(held.records.package_of(held.jobs()[0]))) as package:
        assert [name.rpartition("/")[2] for name in package.namelist()] == ["README.md", "report.json"]
    assert left(held.records.folder) == ["1.zip"]


def test_a_deployment_that_is_killed_or_cancelled_halfway_leaves_nothing_and_offers_nothing(held):
    held.add(KWS, POINT)
    os.kill(halfway(held), signal.SIGKILL)
    wait_until(lambda: held.jobs()[0].state == FAILED)
    assert "was killed (signal 9)" in held.jobs()[0].reason
    held.add(KWS, POINT)
    halfway(held, 2)
    assert left(held.records.folder) == ["2.folder"]
    held.cancel(2)
    wait_until(lambda: not lives(held))
    assert [job.state for job in held.jobs()] == [CANCELLED, FAILED]
    assert [held.records.package_of(job) for job in held.jobs()] == [None, None]
    assert left(held.records.folder) == []


def test_what_a_machine_that_was_switched_off_has_left_is_deleted_and_told(tmp_path):
    queue = Queue(tmp_path, ("true",))
    queue.records.keep(Job(1, KWS, RUNNING, 1.0, point=POINT))
    queue.records.keep(Job(11, KWS, DONE, 1.0, 2.0, point=POINT))
    (tmp_path / "1.folder" / "kws").mkdir(parents=True)
    for name in (".1.zip.77.part", "11.zip"):
        (tmp_path / name).write_text("half")
    assert [(job.state, job.reason) for job in queue.jobs()] == [(DONE, ""), (FAILED, LOST)]
    assert left(tmp_path) == ["11.zip"]


@pytest.mark.tensorflow
def test_what_keeps_a_network_from_being_deployed_is_said_with_the_way_out(monkeypatch):
    here = readiness.find_spec
    monkeypatch.setattr(readiness, "find_spec", lambda name: None if name == "tflite_micro" else here(name))
    assert "TensorFlow Lite Micro is not installed here" in deployment_obstacle(Store())
    assert "the only machines with wheels of it. Then start the dashboard again." in deployment_obstacle(
        Store()
    )
    monkeypatch.setattr(readiness, "find_spec", lambda name: name)
    assert deployment_obstacle(Store()) == ""
    monkeypatch.setattr("trecx.store.connection.os.access", lambda path, mode: False)
    assert "is read-only, so no run can be added" in deployment_obstacle(Store())
    monkeypatch.setattr(readiness, "find_spec", lambda name: None if name == "keras" else name)
    assert "TensorFlow is not installed here" in deployment_obstacle(Store())
