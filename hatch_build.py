"""What a wheel brings, and which releases it needs: run by hatchling when one is built (pyproject.toml)."""

import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

# The parts of the repository that the library reads at run time. In a wheel they keep their places below
# `trecx/_bundled`, so that no other package can meet them under the name `app` or `data`.
BUNDLED = (
    "app",
    "data/sources.toml",
    "data/energy_profiles.csv",
    "data/instruction_counts.csv",
    "data/vww01.sha256",
    "artifacts/scores.sqlite",
)
EXTRAS = {
    "nn": "The backend",
    "deploy": "Deployment",
    "postgres": "PostgreSQL",
}  # headings in requirements.txt
BY_THE_MINOR = {"streamlit"}  # the pages rely on parts of it that change with every minor release
_PIN = re.compile(r"(?P<name>[\w.\[\]-]+)==(?P<version>\d+(\.\d+)*)(?P<marker>\s*;.*)?")


class Bundle(BuildHookInterface):
    """Puts the bundled files into a wheel; an editable install reads them where they are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files to hatchling."""
        if version == "standard":
            build_data["force_include"].update({place: f"trecx/_bundled/{place}" for place in BUNDLED})


class Needs(MetadataHookInterface):
    """Takes the dependencies from requirements.txt, the one place of pins."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the dependencies, and those of each extra."""
        blocks = blocks_of((Path(self.root) / "requirements.txt").read_text(encoding="utf-8"))
        metadata["dependencies"] = next(iter(blocks.values()))
        metadata["optional-dependencies"] = {
            extra: next(block for heading, block in blocks.items() if heading.startswith(start))
            for extra, start in EXTRAS.items()
        }


def blocks_of(requirements: str) -> dict[str, list[str]]:
    """Return the bounds of each block of pins, by the comment above it."""
    blocks: dict[str, list[str]] = {}
    for line in requirements.splitlines():
        if line.startswith("# "):
            block = blocks.setdefault(line.removeprefix("# "), [])
        elif not line.startswith("-"):
            block.append(bounds(line))
    return blocks


def bounds(pin: str) -> str:
    """Return the releases that a wheel accepts: the tested one, and newer ones up to the next that may break.

    That is the next major release; before 1.0, and for Streamlit, the next minor one.

    >>> bounds("numpy==2.4.6"), bounds("typer==0.29.2"), bounds("streamlit==1.67.0")
    ('numpy>=2.4.6,<3', 'typer>=0.29.2,<0.30', 'streamlit>=1.67.0,<1.68')
    """
    found = _PIN.fullmatch(pin)
    if found is None:  # a development release has no bounds that mean anything
        return pin
    major, minor, *_ = [*map(int, found["version"].split(".")), 0]
    by_the_minor = major == 0 or found["name"] in BY_THE_MINOR
    end = f"{major}.{minor + 1}" if by_the_minor else f"{major + 1}"
    return f"{found['name']}>={found['version']},<{end}{found['marker'] or ''}"
