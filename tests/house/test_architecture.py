"""The import rules of DESIGN section 4, read from the source."""

import ast
import subprocess
import sys
from functools import cache

import pytest

from tests.conftest import ROOT

FILES = [path for folder in ("trecx", "app") for path in sorted((ROOT / folder).rglob("*.py"))]
HEAVY = {"tensorflow", "keras", "keras_flops", "tf_keras"}


def module(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache  # each file is parsed once, not for every rule
def imports(path, anywhere=True):
    """Return what a file imports, as full module names; `anywhere`: inside functions too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if anywhere else iter(tree.body)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def uses(path, name, anywhere=True):
    return any(item == name or item.startswith(name + ".") for item in imports(path, anywhere))


def files(*prefixes):
    return [
        path for path in FILES if any(module(path) == p or module(path).startswith(p + ".") for p in prefixes)
    ]


def elsewhere(prefix):
    inside = set(files(prefix))
    return [path for path in FILES if path not in inside]


def test_streamlit_exists_only_in_app():
    assert [module(path) for path in files("trecx") if uses(path, "streamlit") or uses(path, "app")] == []


def test_tensorflow_and_keras_exist_only_in_nn_and_deploy():
    outside = [path for path in elsewhere("trecx.nn") if path not in files("trecx.deploy")]
    assert [module(path) for path in outside if any(uses(path, name) for name in HEAVY)] == []


def test_only_the_command_line_and_jobs_see_nn_and_only_where_a_model_is_run():
    outside = [path for path in elsewhere("trecx.nn") if path not in files("trecx.deploy")]
    seeing = [module(path) for path in outside if uses(path, "trecx.nn")]
    assert seeing == [
        "trecx.cli.score",
        "trecx.cli.train",
        "trecx.jobs.instruction_counts",
        "trecx.jobs.model_scoring",
    ]
    for name in ("cli/score.py", "cli/train.py", "jobs/model_scoring.py"):
        assert not uses(ROOT / "trecx" / name, "trecx.nn", anywhere=False)


def test_sqlalchemy_exists_only_in_the_store():
    outside = elsewhere("trecx.store")
    assert [module(path) for path in outside if uses(path, "sqlalchemy")] == []


# What each room of trecx, or each module where a room is drawn finely, may import of the others.
LAYERS = {
    "errors": "",
    "glossary": "",
    "progress": "",
    "scores": "errors",
    "files": "errors progress",
    "datasets": "errors progress files",
    "device.battery": "errors scores",
    "device.exit_costs": "errors scores",
    "device.instructions": "errors files scores",
    "device.memory": "scores device.instructions",
    "device.energy": "errors files scores device.exit_costs device.instructions",
    "device.operating_conditions": "scores device.battery device.exit_costs",
    "threshold.class_mix": "errors scores",
    "threshold.exit_criteria": "errors scores",
    "threshold.exit_order": "scores",
    "threshold.int8_steps": "scores",
    "threshold.int8_threshold": "errors scores threshold.int8_steps",
    "threshold.intervals": "scores",
    "threshold.limits": "errors",
    "threshold.outcomes": "",
    "threshold.cumulative_counts": "scores threshold.outcomes",
    "threshold.operating_point": "scores threshold.intervals threshold.outcomes",
    "threshold.benefit_curve": (
        "errors scores threshold.exit_order threshold.operating_point threshold.outcomes"
    ),
    "threshold.decision_differences": "scores threshold.exit_order threshold.int8_steps",
    "threshold.choice": "errors scores device.operating_conditions threshold.benefit_curve threshold.limits",
    "threshold.joint_counts": "scores threshold.benefit_curve threshold.int8_steps",
    "threshold.guarantee.betting": "scores",
    "threshold.guarantee.exact_tests": "scores threshold.intervals",
    "threshold.guarantee.losses": (
        "errors scores threshold.guarantee.betting threshold.guarantee.exact_tests threshold.joint_counts "
        "threshold.limits"
    ),
    "threshold.guarantee.texts": "",
    "threshold.guarantee.selection": (
        "errors scores device.operating_conditions threshold.benefit_curve threshold.choice "
        "threshold.guarantee.losses threshold.joint_counts threshold.limits"
    ),
    "threshold.per_exit.decision": "errors scores threshold.benefit_curve",
    "threshold.per_exit.levels": "scores threshold.joint_counts",
    "threshold.per_exit.weights": "scores threshold.joint_counts",
    "threshold.per_exit.vectors": "scores threshold.joint_counts",
    "threshold.per_exit.nondominated": "scores threshold.joint_counts threshold.per_exit.vectors",
    "threshold.per_exit.exhaustive": (
        "progress scores threshold.joint_counts threshold.per_exit.levels threshold.per_exit.vectors "
        "threshold.per_exit.weights"
    ),
    "threshold.per_exit.search": (
        "progress scores threshold.joint_counts threshold.per_exit.levels threshold.per_exit.nondominated "
        "threshold.per_exit.vectors threshold.per_exit.weights"
    ),
    "threshold.per_exit.front": (
        "progress scores threshold.joint_counts threshold.per_exit.exhaustive "
        "threshold.per_exit.nondominated threshold.per_exit.search threshold.per_exit.vectors"
    ),
    "threshold.per_exit.choice": (
        "errors progress scores device.operating_conditions threshold.choice threshold.guarantee.selection "
        "threshold.joint_counts threshold.limits threshold.per_exit.front threshold.per_exit.nondominated "
        "threshold.per_exit.vectors"
    ),
    "threshold.per_exit.guaranteed": (
        "progress scores device.operating_conditions threshold.choice threshold.class_mix "
        "threshold.guarantee.selection threshold.joint_counts threshold.limits threshold.per_exit.choice "
        "threshold.per_exit.front threshold.per_exit.vectors"
    ),
    "threshold.exit_table": (
        "errors scores threshold.benefit_curve threshold.cumulative_counts threshold.exit_order "
        "threshold.operating_point threshold.outcomes"
    ),
    "threshold.class_results": "scores threshold.exit_table threshold.intervals threshold.operating_point",
    "threshold.class_changes": (
        "scores threshold.class_results threshold.exit_table threshold.intervals threshold.outcomes"
    ),
    "threshold.oracle": "scores threshold.exit_table threshold.outcomes",
    "threshold.outcome_curve": "scores threshold.exit_table threshold.outcomes",
    "threshold.run_context": (
        "progress scores datasets device.energy device.exit_costs device.operating_conditions "
        "threshold.benefit_curve threshold.choice threshold.class_mix threshold.exit_table "
        "threshold.guarantee.selection threshold.int8_steps threshold.joint_counts threshold.limits "
        "threshold.operating_point threshold.per_exit.choice threshold.per_exit.guaranteed"
    ),
    "threshold.resampling.wish": (
        "scores device.operating_conditions threshold.choice threshold.class_mix threshold.guarantee.losses "
        "threshold.guarantee.selection threshold.joint_counts threshold.limits"
    ),
    "threshold.resampling.accuracy_band": (
        "scores threshold.benefit_curve threshold.exit_table threshold.intervals threshold.joint_counts"
    ),
    "threshold.resampling.threshold_interval": (
        "progress scores threshold.guarantee.selection threshold.joint_counts threshold.resampling.wish"
    ),
    "threshold.resampling.random_splits": (
        "progress scores datasets device.operating_conditions threshold.guarantee.losses "
        "threshold.guarantee.selection threshold.joint_counts threshold.limits threshold.resampling.wish"
    ),
    "threshold.energy_saving": "threshold.operating_point threshold.run_context",
    "threshold.sample_exit": "threshold.outcomes",
    "threshold.threshold_text": "",
    "saved_points.recorded_run": "scores",
    "saved_points.record": (
        "errors scores datasets device.battery device.exit_costs device.memory threshold.exit_criteria "
        "threshold.int8_threshold threshold.per_exit.decision saved_points.recorded_run"
    ),
    "saved_points.texts": "datasets threshold.guarantee.texts saved_points.record",
    "saved_points.recorded": (
        "datasets device.exit_costs threshold.energy_saving threshold.guarantee.losses "
        "threshold.guarantee.selection threshold.joint_counts threshold.limits threshold.run_context "
        "saved_points.record"
    ),
    "saved_points.recorded_per_exit": (
        "progress threshold.guarantee.selection threshold.joint_counts threshold.per_exit.guaranteed "
        "threshold.run_context saved_points.record saved_points.recorded"
    ),
    "saved_points.capture": (
        "scores datasets device.energy device.exit_costs device.instructions device.memory "
        "device.operating_conditions threshold.class_mix threshold.energy_saving threshold.exit_table "
        "threshold.intervals threshold.operating_point threshold.run_context saved_points.record "
        "saved_points.recorded_run"
    ),
    "saved_points.document": (
        "errors scores device.battery device.memory threshold.exit_criteria threshold.int8_threshold "
        "saved_points.record saved_points.recorded_run"
    ),
    "saved_points.status": "saved_points.record",
    "store": (
        "errors files progress scores datasets threshold.exit_criteria threshold.exit_order "
        "threshold.exit_table threshold.outcomes saved_points.document saved_points.record"
    ),
    "store.run_context": (
        "errors scores datasets device.battery device.energy device.exit_costs device.instructions "
        "device.operating_conditions threshold.class_mix threshold.exit_criteria threshold.exit_table "
        "threshold.joint_counts threshold.per_exit.decision threshold.run_context store"
    ),
    "store.point_today": (
        "scores datasets threshold.int8_threshold threshold.joint_counts threshold.run_context "
        "saved_points.record saved_points.recorded saved_points.recorded_per_exit store store.run_context"
    ),
    "comparison.accuracy_targets": "errors",
    "comparison.bootstrap": "scores",
    "comparison.cost_at_accuracy": "scores threshold.benefit_curve threshold.exit_table comparison.bootstrap",
    "comparison.paired_difference": (
        "scores threshold.benefit_curve threshold.exit_table comparison.bootstrap"
    ),
    "comparison.ranking": "scores threshold.benefit_curve threshold.oracle",
    "comparison.seeds": "scores threshold.benefit_curve store",
    "comparison.design": (
        "scores threshold.benefit_curve threshold.oracle threshold.run_context store "
        "comparison.accuracy_targets comparison.ranking comparison.seeds"
    ),
    "comparison.training_history": "errors scores",
    "confidence.distribution": "scores",
    "confidence.calibration": "scores threshold.intervals confidence.distribution",
    "confidence.separation": "scores threshold.intervals confidence.distribution",
    "confidence.temperature": "errors scores",
    "confidence.temperature_scaling": (
        "errors scores comparison.cost_at_accuracy confidence.calibration confidence.distribution "
        "confidence.temperature"
    ),
    "importing": "errors progress scores files device.exit_costs threshold.intervals store",
    "importing.examples": "errors scores files importing",
    "exporting": (
        "errors scores files device.exit_costs threshold.exit_criteria threshold.int8_threshold "
        "saved_points.document saved_points.record saved_points.recorded saved_points.texts"
    ),
    "jobs.job": "",
    "jobs.known_models": "errors files datasets store",
    "jobs.deployed_point": (
        "errors datasets device.battery device.exit_costs threshold.class_mix threshold.joint_counts "
        "threshold.run_context saved_points.capture saved_points.record saved_points.recorded "
        "saved_points.texts store store.run_context jobs.job jobs.known_models"
    ),
    "jobs.model_scoring": "errors files progress datasets store jobs.known_models nn",
    "jobs.instruction_counts": (
        "errors progress files device.instructions jobs.known_models jobs.model_deployment nn deploy"
    ),
    "jobs.model_deployment": (
        "progress datasets saved_points.record store deploy jobs.known_models jobs.model_scoring"
    ),
    "jobs.records": "errors files jobs.job",
    "jobs.queue": "jobs.job jobs.known_models jobs.records",
    "jobs.readiness": "errors files store deploy jobs.queue",
    "jobs.runner": "jobs.job jobs.records",
    "jobs.worker": (
        "errors progress store jobs.deployed_point jobs.job jobs.known_models jobs.model_deployment "
        "jobs.model_scoring jobs.records"
    ),
    "nn": "errors progress scores files datasets store",
    "deploy": (
        "errors progress scores files datasets threshold.decision_differences "
        "threshold.exit_criteria threshold.int8_threshold threshold.per_exit.decision saved_points.document "
        "saved_points.record saved_points.texts store store.run_context exporting nn"
    ),
    "figures": (
        "errors scores files threshold.benefit_curve threshold.class_results threshold.exit_table "
        "threshold.oracle threshold.outcome_curve threshold.outcomes threshold.resampling.accuracy_band "
        "threshold.resampling.random_splits comparison.paired_difference comparison.training_history "
        "confidence.calibration confidence.distribution"
    ),
    "console": (
        "files glossary scores datasets device.operating_conditions threshold.benefit_curve "
        "threshold.exit_criteria threshold.exit_table threshold.int8_steps threshold.joint_counts "
        "threshold.oracle threshold.outcomes threshold.per_exit.front "
        "threshold.resampling.accuracy_band threshold.run_context store figures"
    ),
    "report": (
        "errors scores datasets device.exit_costs device.instructions device.memory "
        "threshold.class_mix threshold.energy_saving threshold.exit_criteria threshold.exit_table "
        "threshold.int8_threshold threshold.joint_counts threshold.outcomes threshold.per_exit.front "
        "threshold.run_context saved_points.capture "
        "saved_points.record saved_points.recorded saved_points.texts store store.run_context "
        "comparison.design exporting figures console"
    ),
    "report.slides": (
        "scores datasets threshold.energy_saving threshold.operating_point threshold.run_context "
        "saved_points.record saved_points.texts store figures"
    ),
    "reproduction": (
        "errors scores files datasets threshold.benefit_curve threshold.intervals store comparison.seeds "
        "confidence.distribution figures"
    ),
    "api": (
        "errors scores datasets device.exit_costs device.operating_conditions threshold.benefit_curve "
        "threshold.choice threshold.class_mix threshold.exit_criteria threshold.exit_table "
        "threshold.guarantee.selection threshold.joint_counts threshold.limits threshold.per_exit.choice "
        "saved_points.capture saved_points.record saved_points.recorded store store.run_context report"
    ),
}


def layer_of(item):
    """Return the layer that a module belongs to: the longest name that fits."""
    fitting = [layer for layer in LAYERS if item == f"trecx.{layer}" or item.startswith(f"trecx.{layer}.")]
    return max(fitting, key=len, default=item)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_what_lies_below_it(layer):
    allowed = {*LAYERS[layer].split(), layer}
    for path in files(f"trecx.{layer}"):
        if layer_of(module(path)) == layer:
            seen = {layer_of(item) for item in imports(path) if item.startswith("trecx.")}
            assert seen - ROOMS <= allowed, module(path)


ROOMS = {  # packages by themselves
    f"trecx.{layer[:dot]}" for layer in LAYERS for dot, letter in enumerate(layer) if letter == "."
}


def test_every_module_of_the_library_has_its_place():
    edge = {"trecx", "trecx.__main__", *(module(path) for path in files("trecx.cli"))}
    homeless = {module(path) for path in files("trecx") if layer_of(module(path)) not in LAYERS}
    assert homeless <= edge | ROOMS


def test_the_library_has_few_rooms_and_each_says_in_a_sentence_what_it_is():
    entries = [path for path in (ROOT / "trecx").iterdir() if path.name != "__pycache__"]
    assert len(entries) <= 25
    for room in [*entries, *(ROOT / "app").iterdir()]:
        if room.is_dir() and room.name not in ("__pycache__", ".streamlit"):
            docstring = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
            assert docstring, room
            assert docstring.splitlines()[0].endswith("."), room


def test_the_tests_have_the_rooms_of_the_code_and_a_few_of_their_own():
    rooms = {path.parent.name for path in (ROOT / "trecx").glob("*/__init__.py")} | {"app"}
    own = {"browser", "docs", "faults", "fuzz", "house"}
    assert {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")} <= rooms | own
    assert list((ROOT / "tests").glob("test_*.py")) == []


def test_only_cache_caches():
    caching = [module(path) for path in files("app") if "st.cache_" in path.read_text(encoding="utf-8")]
    assert {name.rpartition(".")[0] for name in caching} == {"app.cache"}


def test_files_are_short():
    long = {
        module(path): n for path in FILES if (n := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}


def test_the_pages_import_where_tensorflow_is_not_importable():
    pages = "app.cache, app.shared.run_controls, app.live.console"
    code = f"import sys; sys.modules.update(tensorflow=None, keras=None)\nimport {pages}"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT)
