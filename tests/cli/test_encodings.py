"""Names that are no text, terminals that are ASCII, closed pipes and Ctrl-C, in real processes."""

import io
import json
import os
import re
import subprocess
import sys

import pytest
import typer

from tests.conftest import ROOT, SHIPPED
from trecx.cli import main
from trecx.cli.commands import app
from trecx.store import Store

BAD = b"b\xffd"
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
UTF8 = {"LC_ALL": "C.UTF-8"}
TRADEOFF = ("tradeoff", "kws/trecx", "--grid", "101", "--baseline-accuracy", "0.922")
FILE = "# exit_flops: 100, 300\nlabel,exit1_a,exit1_b,exit2_a,exit2_b\na,0.9,0.1,0.8,0.2\nb,0.4,0.6,0.1,0.9\n"
MINE = ("--task", "pets", "--system", "mine")
needs_bytes = pytest.mark.skipif(sys.platform != "linux", reason="names of files are text here")


def environment(**changed):
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))
    }
    return kept | {"TRECX_DB": SHIPPED, "PYTHONPATH": str(ROOT), "COLUMNS": "100"} | changed


def trecx(*words, locale=None, cwd=None, **changed):
    """Return exit status, output and messages of a process; its streams are decoded as strictly as can be."""
    command = [sys.executable, "-m", "trecx", *words]
    done = subprocess.run(
        command, capture_output=True, env=environment(**(locale or UTF8), **changed), cwd=cwd, check=False
    )
    encoding = "ascii" if locale is ASCII else "utf-8"
    return done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "scores.csv").write_text(FILE, encoding="utf-8")
    with open(os.path.join(os.fsencode(tmp_path), BAD + b".csv"), "w", encoding="utf-8") as file:
        file.write(FILE)
    return tmp_path


@needs_bytes
@pytest.mark.parametrize(
    "words",
    [
        ("point", BAD, "--threshold", "0.9"),
        ("curve", "kws/trecx", "--source", BAD),
        ("import", b"no" + BAD + b".csv", *MINE),
        ("import", BAD + b".csv", *MINE),
        ("import", "scores.csv", *MINE, "--dataset", BAD),
        ("import", "scores.csv", *MINE, "--energy-uj", "1,2", "--profile", BAD),
        ("import", "scores.csv", *MINE, "--classes", b"a," + BAD),
        ("choose", "kws/trecx", "--max-flops", "3e6", "--mix", BAD),
        ("runs", "--db", BAD),
        ("export", "kws/trecx", "--threshold", "0.9", "--out", b"x." + BAD),
        ("export", "kws/trecx", "--threshold", "0.9", "--out", BAD + b"/x.json"),
        ("score", BAD, "--task", "kws", "--system", "trecx"),
        ("delete", BAD, "--yes"),
    ],
    ids=lambda words: " ".join(word.decode("latin-1") if isinstance(word, bytes) else word for word in words),
)
def test_what_is_no_text_gets_one_sentence(folder, words):
    store = str(folder / "mine.sqlite")
    status, out, err = trecx(*words, cwd=folder, **({"TRECX_DB": store} if words[0] == "import" else {}))
    assert (status, out) == (1, "")
    assert re.fullmatch(r"error: [^\n]+\n", err)
    assert Store(store).runs() == []


@needs_bytes
def test_a_file_may_be_written_under_any_name_and_json_stays_json(folder):
    words = ("export", "kws/trecx", "--threshold", "0.9", "--out", BAD + b".json")
    status, out, err = trecx(*words, cwd=folder)
    assert (status, out, err) == (0, "json: b\\xffd.json\n", "")
    status, out, _ = trecx(*words, "--json", cwd=folder)
    assert (status, os.fsencode(json.loads(out)["json"])) == (0, BAD + b".json")
    with open(os.path.join(os.fsencode(folder), BAD + b".json"), encoding="utf-8") as file:
        assert json.load(file)["schema"] == "trecx.operating-point"


@needs_bytes
def test_a_database_in_the_environment_is_checked_too(folder):
    status, _, err = trecx("runs", cwd=folder, TRECX_DB=os.fsdecode(BAD))
    assert status == 1
    assert "is not a database address" in err


def words_of(table):
    """Return the cells of a table, without its frame, which differs between terminals."""
    return re.findall(r"[^\s|+/·−-]+", re.sub(r"[─│]", " ", table))


@pytest.mark.parametrize("locale", [ASCII, UTF8 | {"PYTHONIOENCODING": "ascii"}])
def test_an_ascii_terminal_shows_the_same_numbers(locale):
    for words in (TRADEOFF, ("point", "kws/trecx", "--threshold", "0.9"), ("runs",)):
        _, usual, _ = trecx(*words)
        status, out, err = trecx(*words, locale=locale)
        assert (status, "Traceback" in err) == (0, False)
        assert out.isascii()
        assert words_of(out) == words_of(usual.replace("ρ", "rho"))
    status, out, _ = trecx(*TRADEOFF, locale=locale)
    assert next(line for line in out.splitlines() if "1 pt" in line).split()[-3:-1] == ["-37.68", "%"]


def test_json_is_the_same_document_on_an_ascii_terminal():
    usual, there = (trecx("devices", "--json", locale=locale)[1] for locale in (UTF8, ASCII))
    assert there.isascii()
    assert json.loads(there) == json.loads(usual)
    assert "·" in usual


def test_messages_and_usage_errors_are_readable_on_an_ascii_terminal():
    status, _, err = trecx("choose", "kws/trecx", "--max-energy-uj", "1", locale=ASCII)
    assert (status, err) == (1, "error: max energy (uJ) needs a device, or measured uJ by exit\n")
    status, _, err = trecx("point", "kws/trecx", locale=ASCII)
    assert status == 2
    assert "--threshold" in err


def test_an_option_that_is_utf8_in_an_ascii_terminal_is_told_with_the_locale_to_set():
    status, _, err = trecx("point", "kws/größe", "--threshold", "1", locale=ASCII)
    assert status == 1
    assert "'kws/gr\\xc3\\xb6\\xc3\\x9fe'" in err
    assert "set LC_ALL=C.UTF-8" in err


class Ascii(io.TextIOWrapper):
    def __init__(self):
        super().__init__(io.BytesIO(), "ascii")


@pytest.mark.parametrize("command", [None, *sorted(typer.main.get_command(app).commands)])
def test_every_help_can_be_shown_in_ascii_with_its_frame_whole(monkeypatch, command):
    out = Ascii()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit) as end:
        main([*([command] if command else []), "--help"])
    out.flush()
    lines = out.buffer.getvalue().decode("ascii").splitlines()
    assert end.value.code == 0
    framed = [line for line in lines if line.startswith(("|", "+"))]
    assert framed
    assert {len(line) for line in framed} == {len(framed[0])}
    assert not any("\\u" in line for line in lines)


def test_progress_is_shown_in_ascii(monkeypatch):
    from trecx.cli import printing

    err = Ascii()
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", Ascii())
    with pytest.raises(SystemExit):
        main(["devices", "--json"])
    for bars in (printing.progress, printing.training_progress):
        with bars() as progress:
            progress("ρ of b\udcffd …", 1, 2)
            progress("ρ of b\udcffd …", 2, 2)
    err.flush()
    assert b"rho of b\\xffd ..." in err.buffer.getvalue()


def test_a_closed_pipe_ends_quietly():
    for words in (("curve", "kws/trecx", "--json"), ("curve", "kws/trecx"), ("curve", "--help")):
        command = [sys.executable, "-m", "trecx", *words]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(**UTF8)
        ) as process:
            process.stdout.close()
            err = process.stderr.read().decode()
        assert not re.search("Traceback|Error|Exception", err)


INTERRUPTED = {
    "at work": "import trecx.cli.curve as curve\n"
    "def stop(*_): raise KeyboardInterrupt\n"
    "curve.open_store = stop\n",
    "while loading": "class Stop:\n"
    "    def find_spec(self, name, *_):\n"
    "        if name == 'trecx.cli': raise KeyboardInterrupt\n"
    "sys.meta_path.insert(0, Stop())\n",
}


@pytest.mark.parametrize("when", INTERRUPTED)
def test_ctrl_c_ends_with_one_line(when):
    code = f"import sys, runpy\n{INTERRUPTED[when]}sys.argv = ['trecx', 'runs']\n"
    code += "runpy.run_module('trecx', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(**UTF8), check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Stopped.\n")
