"""The README's transcripts are what the commands print, and what it names is there."""

import re

import pytest

from tests.conftest import ROOT
from tests.docs.documents import assert_printed, printed, transcripts

README = (ROOT / "README.md").read_text(encoding="utf-8")
TRANSCRIPTS = dict(transcripts(README))
SCORE = next(command for command in TRANSCRIPTS if command.startswith("score"))


@pytest.mark.parametrize("command", sorted(TRANSCRIPTS.keys() - {SCORE}))
def test_a_transcript_is_what_the_command_prints(capfd, shipped, command):
    assert_printed(printed(capfd, command), TRANSCRIPTS[command])


@pytest.mark.mirror
@pytest.mark.filterwarnings("ignore")
@pytest.mark.tensorflow
def test_fetching_and_scoring_print_what_the_readme_says(capfd, monkeypatch):
    monkeypatch.chdir(ROOT)
    printed(capfd, "data fetch kws")
    printed(capfd, "models fetch kws")
    assert_printed(printed(capfd, SCORE), TRANSCRIPTS[SCORE])
    assert_printed(printed(capfd, SCORE), TRANSCRIPTS[SCORE])  # the same run, not a second one


def test_the_readme_shows_the_way_from_a_model_to_a_choice():
    assert {command.split()[0] for command in TRANSCRIPTS} == {"score", "tradeoff", "point", "choose"}


def named_in_the_tree():
    """Yield each path of the house as it is drawn: two spaces deeper is one folder deeper."""
    folder = ""
    for line in README.split("## Repository layout\n\n")[1].split("\n\n")[0].splitlines():
        nested = line.startswith(" " * 6)
        names = re.split(r" {2,}", line.strip())[0].split()
        for name in names:
            yield f"{folder}/{name}" if nested else name
        folder = folder if nested else names[0].rstrip("/")


def test_files_that_the_readme_names_are_there():
    links = re.findall(r"\]\(([\w./-]+)\)", README)
    tree = list(named_in_the_tree())
    assert len(links) >= 2
    assert "trecx/threshold/benefit_curve.py" in tree
    for path in [*links, *tree]:
        assert (ROOT / path).exists(), path
