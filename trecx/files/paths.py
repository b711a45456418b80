"""Paths of this project's files and folders."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "data" / "sources.toml"
ENERGY_PROFILES = ROOT / "data" / "energy_profiles.csv"
INSTRUCTION_COUNTS = ROOT / "data" / "instruction_counts.csv"
DOCS = ROOT / "docs"
DOWNLOADS = ROOT / "data" / "downloads"
MODELS = ROOT / "artifacts" / "models"  # trained here


def mirror() -> Path | None:
    """Return the folder that replaces downloads (`TRECX_MIRROR`), if it is set."""
    value = os.environ.get("TRECX_MIRROR")
    return Path(value).resolve() if value else None


def database_url() -> str:
    """Return the SQLAlchemy URL of the store: `TRECX_DB`, or the shipped `artifacts/scores.sqlite`."""
    return os.environ.get("TRECX_DB") or f"sqlite:///{ROOT / 'artifacts' / 'scores.sqlite'}"
