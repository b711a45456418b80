"""The import rules of DESIGN section 4, read from the source."""

import ast
import subprocess
import sys
from functools import cache

import pytest

from tests.conftest import ROOT

FILES = [path for folder in ("trecx", "app") for path in sorted((ROOT / folder).rglob("*.py"))]
HEAVY = {"tensorflow", "keras", "keras_flops"}


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


def test_tensorflow_and_keras_exist_only_in_nn():
    outside = elsewhere("trecx.nn")
    assert [module(path) for path in outside if any(uses(path, name) for name in HEAVY)] == []


def test_only_the_command_line_and_jobs_see_nn_and_only_where_a_model_is_run():
    outside = elsewhere("trecx.nn")
    seeing = [module(path) for path in outside if uses(path, "trecx.nn")]
    assert seeing == ["trecx.cli", "trecx.cli_train", "trecx.jobs.scoring"]
    for name in ("cli.py", "cli_train.py", "jobs/scoring.py"):
        assert not uses(ROOT / "trecx" / name, "trecx.nn", anywhere=False)


def test_sqlalchemy_exists_only_in_the_store():
    outside = elsewhere("trecx.store")
    assert [module(path) for path in outside if uses(path, "sqlalchemy")] == []


LAYERS = {
    "trecx.errors": set(),
    "trecx.paths": set(),
    "trecx.progress": set(),
    "trecx.spreadsheet": set(),
    "trecx.whole_file": set(),
    "trecx.blocks": set(),
    "trecx.names": {"errors"},
    "trecx.scores": {"errors", "blocks", "float32", "names"},
    "trecx.datasets": {"errors", "npz", "paths", "progress", "datasets", "whole_file"},
    "trecx.overthinking": {"errors", "scores"},
    "trecx.intervals": {"scores"},
    "trecx.int8": {"scores"},
    "trecx.class_mix": {"errors", "scores"},
    "trecx.point": {"scores", "overthinking", "intervals"},
    "trecx.order": {"blocks", "scores"},
    "trecx.curve": {"errors", "scores", "overthinking", "point", "blocks", "order"},
    "trecx.criteria": {"errors", "scores"},
    "trecx.float32": set(),
    "trecx.threshold_text": set(),
    "trecx.quantised": {"errors", "int8", "scores"},
    "trecx.confidence.distribution": {"scores"},
    "trecx.confidence.calibration": {"confidence.distribution", "intervals", "scores"},
    "trecx.confidence.separation": {"confidence.distribution", "intervals", "scores"},
    "trecx.confidence.temperature": {"blocks", "errors", "scores"},
    "trecx.running_counts": {"overthinking", "scores"},
    "trecx.table": {
        *("errors", "scores", "overthinking", "point", "curve", "blocks", "order", "running_counts"),
    },
    "trecx.leaving": {"overthinking"},
    "trecx.classes": {"intervals", "point", "scores", "table"},
    "trecx.class_changes": {"classes", "intervals", "overthinking", "scores", "table"},
    "trecx.outcome_curve": {"overthinking", "scores", "table"},
    "trecx.oracle": {"scores", "overthinking", "table"},
    "trecx.comparing.ranking": {"scores", "curve", "oracle"},
    "trecx.comparing.bootstrap": {"scores"},
    "trecx.comparing.reach": {"comparing.bootstrap", "curve", "scores", "table"},
    "trecx.confidence.scaling": {
        "confidence.calibration",
        "confidence.distribution",
        "errors",
        "comparing.reach",
        "scores",
        "confidence.temperature",
    },
    "trecx.comparing.paired": {"scores", "curve", "table", "comparing.bootstrap"},
    "trecx.comparing.seeds": {"scores", "curve", "store"},
    "trecx.comparing.targets": {"errors"},
    "trecx.comparing.design": {
        *(
            "scores",
            "curve",
            "oracle",
            "comparing.ranking",
            "comparing.seeds",
            "situation",
            "store",
            "comparing.targets",
        ),
    },
    "trecx.energy": {"errors", "paths", "scores"},
    "trecx.battery": {"errors", "scores"},
    "trecx.saved_point": {"battery", "criteria", "errors", "quantised"},
    "trecx.standing": {"saved_point"},
    "trecx.point_document": {"battery", "criteria", "errors", "float32", "quantised", "saved_point"},
    "trecx.keeping": {
        *("class_mix", "deployment", "energy", "intervals", "point", "quantised", "saved_point", "situation"),
        *("store", "table"),
    },
    "trecx.exporting": {
        *("criteria", "errors", "float32", "point_document", "quantised", "saved_point", "spreadsheet"),
        *("exporting", "whole_file"),
    },
    "trecx.deployment": {"battery", "curve", "energy", "point"},
    "trecx.wish": {"errors"},
    "trecx.budget": {"errors", "scores", "curve", "deployment", "wish"},
    "trecx.situation": {
        *("budget", "curve", "deployment", "energy", "int8", "point", "scores", "table", "wish"),
    },
    "trecx.learning": {"errors", "scores"},
    "trecx.figures": {
        *(
            "errors",
            "learning",
            "paths",
            "scores",
            "curve",
            "table",
            "oracle",
            "confidence.distribution",
            "confidence.calibration",
        ),
        "comparing.paired",
        "classes",
        *("outcome_curve", "overthinking"),
        *("figures", "whole_file"),
    },
    "trecx.npz": {"errors"},
    "trecx.looking": {
        *("battery", "class_mix", "criteria", "deployment", "energy", "errors", "scores", "situation"),
        *("store", "table"),
    },
    "trecx.console": {
        *("console", "criteria", "curve", "datasets", "deployment", "figures", "oracle", "situation"),
        *("store", "table"),
    },
    "trecx.report": {
        *("class_mix", "comparing.design", "console", "criteria", "datasets", "errors", "exporting"),
        *("figures", "keeping", "looking", "overthinking", "quantised", "report", "saved_point"),
        *("scores", "situation", "store", "table"),
    },
    "trecx.slides": {"datasets", "figures", "point", "scores", "situation", "store"},
    "trecx.api": {
        *("budget", "class_mix", "criteria", "curve", "deployment", "energy", "int8", "keeping"),
        *("looking", "report", "saved_point", "scores", "store", "wish"),
    },
    "trecx.importing": {
        *("datasets", "energy", "errors", "float32", "names", "npz", "progress", "scores", "spreadsheet"),
        "store",
        *("importing", "whole_file"),
    },
    "trecx.examples": {"errors", "importing", "scores", "whole_file"},
    "trecx.store": {
        *("errors", "paths", "progress", "scores", "overthinking", "curve", "table", "store"),
        *("float32", "point_document", "saved_point"),
    },
    "trecx.reproduction": {
        *(
            "errors",
            "intervals",
            "scores",
            "curve",
            "confidence.distribution",
            "figures",
            "datasets",
            "store",
        ),
        *("comparing.seeds", "reproduction", "whole_file"),
    },
    "trecx.jobs.job": set(),
    "trecx.jobs.records": {"errors", "jobs.job", "whole_file"},
    "trecx.jobs.known": {"datasets", "errors", "paths", "store"},
    "trecx.jobs.queue": {"jobs.job", "jobs.known", "jobs.records"},
    "trecx.jobs.runner": {"jobs.job", "jobs.records"},
    "trecx.jobs.scoring": {"datasets", "errors", "jobs.known", "nn", "paths", "progress", "store"},
    "trecx.jobs.worker": {"errors", "jobs.job", "jobs.known", "jobs.records", "jobs.scoring", "store"},
    "trecx.jobs.readiness": {"errors", "jobs.queue", "paths", "store"},
    "trecx.nn": {"errors", "paths", "progress", "scores", "datasets", "store", "nn", "whole_file"},
}


def layer_of(item):
    """Return the layer that an import belongs to, without "trecx.": the longest name that fits."""
    fitting = [layer for layer in LAYERS if item == layer or item.startswith(layer + ".")]
    return max(fitting, key=len, default=item).removeprefix("trecx.")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_what_lies_below_it(layer):
    for path in files(layer):
        seen = {layer_of(item) for item in imports(path) if item.startswith("trecx.")}
        assert seen <= LAYERS[layer], module(path)


def test_every_module_of_the_library_has_its_place():
    edge = ("cli", "cli_choose", "cli_import", "cli_options", "cli_train", "__main__")
    edge += ("cli_export", "cli_situation")
    edge += ("printing", "printing_choice", "printing_flops")
    known = {*LAYERS, *(f"trecx.{name}" for name in edge)}
    packages = {"trecx"} | {layer.rpartition(".")[0] for layer in LAYERS}
    homeless = [module(path) for path in files("trecx") if f"trecx.{layer_of(module(path))}" not in known]
    assert set(homeless) <= packages


def test_only_cache_caches():
    caching = [module(path) for path in files("app") if "st.cache_" in path.read_text(encoding="utf-8")]
    assert caching == ["app.cache"]


def test_files_are_short():
    long = {
        module(path): n for path in FILES if (n := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}


def test_the_pages_import_where_tensorflow_is_not_importable():
    pages = "app.cache, app.controls, app.live.console"
    code = f"import sys; sys.modules.update(tensorflow=None, keras=None)\nimport {pages}"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT)
