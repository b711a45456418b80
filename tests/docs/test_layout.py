"""docs/architecture.md prints the repository's layout as it is."""

import re

from tests.conftest import ROOT
from tests.docs.documents import text_of

LAYOUT = text_of("architecture.md").split("## Repository layout\n\n```text\n")[1].split("```")[0]


def paths():
    """Yield each path of the layout: a line with two more spaces is inside the folder above it."""
    folder = ""
    for line in LAYOUT.splitlines():
        nested = line.startswith("  ")
        names = re.split(r" {2,}", line.strip())[0].split()
        yield from (f"{folder}/{name}" if nested else name for name in names)
        folder = folder if nested else names[0].rstrip("/")


def test_every_path_of_the_layout_exists():
    named = list(paths())
    assert "trecx/threshold/" in named
    for path in named:
        assert (ROOT / path).exists(), path


def test_the_layout_has_every_package_of_the_library_and_of_the_dashboard():
    named = {path.rstrip("/") for path in paths()}
    for folder in ("trecx", "app"):
        packages = {f"{folder}/{path.parent.name}" for path in (ROOT / folder).glob("*/__init__.py")}
        assert packages - named == set()
