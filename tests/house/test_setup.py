"""What `make` installs, on which Python, and what is said where TensorFlow is missing."""

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.house.test_dockerfile import DOCKERFILE, REQUIREMENTS
from trecx.errors import WITHOUT_TENSORFLOW, missing_tensorflow

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CUT = "sed '/^# The backend/,$d' requirements.txt >"


def would_do(target):
    """The commands of a make that has nothing yet."""
    ask = ["make", "--dry-run", "--no-print-directory", "VENV=nowhere", target]
    return subprocess.run(ask, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def would_install(target):
    return re.findall(r"pip .*install (.+)", would_do(target))


def test_run_installs_the_dashboard_and_backend_and_test_install_everything():
    dashboard, everything = "-r nowhere/dashboard.txt -e .", "-r requirements.txt"
    assert would_install("run")[1:] == [dashboard]
    assert would_install("backend")[1:] == [dashboard, everything]
    assert would_install("test")[1:] == [dashboard, everything, "--group dev"]


def test_the_image_installs_the_same_block_as_make_run():
    assert CUT in DOCKERFILE
    assert CUT in MAKEFILE.replace("$$", "$")


def test_the_pins_name_the_same_first_python_without_tensorflow():
    first = ".".join(map(str, WITHOUT_TENSORFLOW))
    marker = r"; python_version < ['\"]([\d.]+)['\"]"
    assert re.findall(rf"^tensorflow.*{marker}", REQUIREMENTS, re.MULTILINE) == [first]
    assert set(re.findall(marker, REQUIREMENTS)) == {first}


def test_a_missing_tensorflow_is_told_with_the_command_that_installs_it():
    assert missing_tensorflow((3, 13)).endswith("To install it, run 'make backend'.")
    assert "make clean" not in missing_tensorflow((3, 13))


def test_where_there_is_no_tensorflow_the_python_to_take_is_told():
    said = missing_tensorflow((3, 14))
    assert said.startswith("There is no TensorFlow for Python 3.14; ")
    assert said.endswith("use Python 3.11 to 3.13: run 'make clean', then 'make backend PYTHON=python3.13'.")
    assert missing_tensorflow((3, 15)).startswith("There is no TensorFlow for Python 3.15; ")


def test_make_backend_fails_with_that_sentence_where_there_is_no_tensorflow():
    code = would_do("backend").rpartition("bin/python -c '")[2].rpartition("'")[0]
    gone = "import sys; sys.modules['tensorflow'] = None\n"
    done = subprocess.run([sys.executable, "-c", gone + code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (1, missing_tensorflow() + "\n")
    here = "import importlib.util; importlib.util.find_spec = lambda name: name\n"
    subprocess.run([sys.executable, "-c", here + code], check=True, cwd=ROOT)


@pytest.mark.parametrize(
    "command",
    [
        ("score", "x.keras", "--task", "kws", "--system", "trecx"),
        ("train", "digits", "trecx", "--out", "nowhere"),
        ("flops", "kws", "trecx"),
    ],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize("gone", [("tensorflow",), ("tensorflow", "keras")], ids=len)
def test_a_command_that_needs_tensorflow_says_so_in_one_sentence_and_fails(command, gone, tmp_path):
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({gone}))\n"
        f"from trecx.cli import main\nmain({list(command)})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert " ".join(done.stderr.split()) == f"error: {missing_tensorflow()}"
