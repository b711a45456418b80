"""Pages of documentation as tests see them: their blocks of code, and what running these must give."""

import doctest
import re
import shlex
from pathlib import Path
from pkgutil import resolve_name
from typing import NamedTuple

import pytest

from tests.conftest import ROOT
from trecx.cli import main

DOCS = ROOT / "docs"
PAGES = tuple(sorted(path.name for path in DOCS.glob("*.md")))
STATUS = ' || echo "exit status $?"'
LEFT_OUT = re.compile(r"^ *…\n", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block of a page: its language, and its lines."""

    language: str
    text: str


class Transcript(NamedTuple):
    """A command, without `python -m trecx`, and what it prints on standard output."""

    command: str
    output: str


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def blocks(text: str, language: str | None = None) -> list[Block]:
    """Return the fenced blocks of a page, of one language or of all."""
    found = [Block(*each) for each in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]
    return [block for block in found if language in (None, block.language)]


def transcripts(text: str) -> list[Transcript]:
    """Return the commands of a page whose output it shows."""
    parts = [part for block in blocks(text, "console") for part in re.split(r"^\$ ", block.text, flags=re.M)]
    shown = [part.partition("\n") for part in parts if part.startswith("python -m trecx ")]
    return [
        Transcript(command.removeprefix("python -m trecx "), output)
        for command, _, output in shown
        if output.strip()
    ]


def printed(capfd: pytest.CaptureFixture[str], command: str) -> str:
    """Return what a command prints; it ends well, unless `|| echo "exit status $?"` tells otherwise."""
    plain = command.removesuffix(STATUS)
    with pytest.raises(SystemExit) as end:
        main(shlex.split(plain))
    output: str = capfd.readouterr().out
    if plain == command:
        assert not end.value.code
        return output
    return f"{output}\nexit status {end.value.code}"


def assert_printed(output: str, shown: str) -> None:
    """Hold an output against what a page shows, word by word; a line `…` stands for lines left out."""
    words = output.split()
    parts = [part.split() for part in LEFT_OUT.split(shown)]
    if len(parts) == 1:
        assert words == parts[0]
        return
    pattern = ".*".join(re.escape("\0".join(part)) for part in parts)
    assert re.fullmatch(pattern, "\0".join(words), re.DOTALL), f"{shown}\n— is not part of —\n{output}"


def assert_answers(path: Path) -> int:
    """Run the `>>>` lines of a page as one session; return how many there are."""
    session = doctest.DocTestParser().get_doctest(path.read_text("utf-8"), {}, path.name, str(path), 0)
    told: list[str] = []
    outcome = doctest.DocTestRunner().run(session, out=told.append)
    assert not outcome.failed, "".join(told)
    return outcome.attempted


def dotted(name: str) -> object:
    """Return what a dotted name such as `trecx.scores.ExitScores` means; of a field, its type."""
    try:
        return resolve_name(name)
    except AttributeError:
        holder, _, field = name.rpartition(".")
        return resolve_name(holder).__annotations__[field]


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
