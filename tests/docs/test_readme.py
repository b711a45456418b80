"""The README's transcripts are what the commands print, and what it names is there."""

import re

import pytest

from tests.conftest import ROOT
from tests.docs.documents import assert_printed, printed, transcripts

README = (ROOT / "README.md").read_text(encoding="utf-8")
TRANSCRIPTS = dict(transcripts(README))


@pytest.mark.parametrize("command", sorted(TRANSCRIPTS))
def test_a_transcript_is_what_the_command_prints(capfd, shipped, command):
    assert_printed(printed(capfd, command), TRANSCRIPTS[command])


def test_the_readme_shows_the_way_to_a_choice_and_to_an_exported_file():
    assert {command.split()[0] for command in TRANSCRIPTS} == {"choose"}
    assert re.search(r"^\$ python -m trecx export .* --out \S+\.h$", README, re.M)


def test_the_readme_is_short():
    assert len(README.splitlines()) < 220


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
    rooms = [path.parent.relative_to(ROOT) for path in ROOT.glob("*/*/__init__.py")]
    assert {f"{room}/" for room in rooms if room.parts[0] in ("app", "trecx")} <= {*tree}
    for path in [*links, *tree]:
        assert (ROOT / path).exists(), path
