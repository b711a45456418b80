"""The pages in docs/ are run: their examples give what they show, and what they name exists."""

import re
import shlex
import subprocess
import sys

import pytest
import typer

import trecx
from tests.conftest import ROOT
from tests.docs.documents import (
    DOCS,
    PAGES,
    assert_answers,
    assert_printed,
    blocks,
    dotted,
    printed,
    slug,
    text_of,
    transcripts,
)
from trecx.cli.commands import app

# Blocks that another test runs, or that are drawn; `>>>` lines and transcripts are run here.
ELSEWHERE = {
    "architecture.md": {"text"},  # test_house_drawn.py
    "bring-your-own.md": {"python", "toml"},  # test_bring_your_own.py
    "contributing.md": {"python", "csv"},  # test_contributing.py
    "postgresql.md": {"sql"},  # test_postgresql.py
    "store.md": {"python"},  # test_store.py
}
SHOWN = [(page, *shown) for page in PAGES for shown in transcripts(text_of(page))]
SCORED = [shown for shown in SHOWN if shown[1].startswith("score ")]
PRINTED = [shown for shown in SHOWN if shown not in SCORED]
NEEDED = {
    "flops": [pytest.mark.tensorflow],
    "deploy": [pytest.mark.tensorflow, pytest.mark.tflm, pytest.mark.emulator],
}
EXAMPLES = "example --out examples"
ANSWERING = [page for page in PAGES if blocks(text_of(page), "pycon")]
NAMED = re.compile(r"`((?:trecx|app|tests|data|artifacts|benchmarks)/[\w./-]*)`")
LINK = re.compile(r"\]\((?!https?:)([\w./-]*)(?:#([\w-]+))?\)")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("page", ANSWERING)
def test_a_page_answers_as_it_says(page, shipped):
    assert assert_answers(DOCS / page) >= text_of(page).count("```pycon")


@pytest.mark.filterwarnings("ignore")  # TensorFlow's, where operations are counted
@pytest.mark.parametrize(
    ("page", "command", "output"),
    [pytest.param(*shown, marks=NEEDED.get(shown[1].split()[0], [])) for shown in PRINTED],
    ids=[" ".join(shown[:2]) for shown in PRINTED],
)
def test_a_transcript_is_what_the_command_prints(page, command, output, capfd, shipped):
    if " examples/" in command:
        printed(capfd, EXAMPLES)
    assert_printed(printed(capfd, command), output)


@pytest.mark.mirror
@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("page", "command", "output"), SCORED, ids=[" ".join(shown[:2]) for shown in SCORED])
def test_fetching_and_scoring_print_what_a_page_shows(page, command, output, capfd, monkeypatch):
    monkeypatch.chdir(ROOT)
    printed(capfd, "data fetch kws")
    printed(capfd, "models fetch kws")
    assert_printed(printed(capfd, command), output)
    assert_printed(printed(capfd, command), output)  # the same run, not a second one


def test_the_command_line_page_has_an_example_of_every_command():
    group = typer.main.get_command(app)
    shown = set(re.findall(r"python -m trecx ([a-z]+)", text_of("command-line.md")))
    assert shown == set(group.commands)
    assert {page for page, *_ in SCORED} == {"command-line.md"}
    for command in ("tradeoff", "point", "choose", "export", "import"):
        assert any(page == "command-line.md" and line.startswith(command) for page, line, _ in PRINTED)


@pytest.mark.parametrize("page", PAGES)
def test_no_block_of_code_is_left_unrun(page):
    languages = {block.language for block in blocks(text_of(page))}
    assert languages <= {"pycon", "console"} | ELSEWHERE.get(page, set())
    commands = [line for block in blocks(text_of(page), "console") for line in block.text.splitlines()]
    assert len([line for line in commands if line.startswith("$")]) == len(transcripts(text_of(page)))


def test_what_a_page_shows_can_fail():
    with pytest.raises(AssertionError):
        assert_printed("a b c", "a b d\n")
    with pytest.raises(AssertionError):
        assert_printed("a b c d", "a\n  …\nc\n")
    assert_printed("a b\nc d\n", "a\n  …\nd\n")


@pytest.mark.parametrize("page", PAGES)
def test_commands_that_a_page_names_have_the_options_that_it_names(page):
    group = typer.main.get_command(app)
    for line in re.findall(r"python -m trecx ([^`\n|]+)", text_of(page)):
        words = shlex.split(line.replace("…", ""), comments=True)
        command = group
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        assert command is not group, line
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=[pytest.mark.tensorflow] * ("`trecx.nn" in text_of(page))) for page in PAGES],
)
def test_what_a_page_names_is_there(page):
    for path in NAMED.findall(text_of(page)):
        assert (ROOT / path).exists() or "NAME" in path, path
    for name in re.findall(r"`(trecx(?:\.\w+)+)`", text_of(page)):
        assert dotted(name) is not None, name


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_somewhere(page):
    for path, anchor in LINK.findall(text_of(page)):
        target = DOCS / path if path else DOCS / page
        assert target.exists(), path
        headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in map(slug, headings), anchor


def test_each_name_of_the_api_is_there_and_named_on_its_page():
    for name in trecx.__all__:
        assert getattr(trecx, name) is not None
        assert f"`{name}`" in text_of("python-api.md")
    assert set(trecx.__all__) <= set(dir(trecx))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        trecx.nonsense  # noqa: B018


def test_importing_trecx_loads_nothing_heavy():
    heavy = "{'numpy', 'pandas', 'sqlalchemy', 'plotly', 'tensorflow'}"
    code = f"import sys, trecx; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "set()"
