"""The image holds: what it copies is there, and its first block of requirements is all that it needs."""

import ast
import re
import sys

from tests.conftest import ROOT
from tests.house.test_architecture import files, module

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8")
DASHBOARD = {
    line.split("==")[0] for line in REQUIREMENTS.split("# The backend")[0].splitlines() if "==" in line
}
MODULES = {"PIL": "pillow", "sklearn": "scikit-learn"}


def test_what_is_copied_is_there():
    for sources in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE):
        assert all((ROOT / source).exists() for source in sources.split())


def test_the_first_block_has_no_tensorflow_and_the_file_ends_in_the_project():
    assert not DASHBOARD & {"tensorflow", "keras", "keras-flops", "tf_keras"}
    assert "# The backend" in DOCKERFILE
    assert REQUIREMENTS.splitlines()[-1] == "-e ."


def test_the_first_block_names_everything_that_is_imported_outside_nn_and_deploy():
    needed = set()
    for path in [*files("trecx"), *files("app")]:
        if not module(path).startswith(("trecx.nn", "trecx.deploy")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    needed |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    needed.add(node.module.split(".")[0])
    outside = needed - set(sys.stdlib_module_names) - {"trecx", "app", "kaleido"}  # kaleido: if there
    assert {MODULES.get(name, name) for name in outside} <= DASHBOARD


def test_it_runs_as_a_user_and_says_whether_it_is_well():
    assert re.search(r"^USER (?!root)\w+", DOCKERFILE, re.MULTILINE)
    assert "/_stcore/health" in DOCKERFILE
    assert "COPY artifacts/" in DOCKERFILE
