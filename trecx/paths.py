"""Where this project keeps things."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "data" / "sources.toml"
ENERGY_PROFILES = ROOT / "data" / "energy_profiles.csv"
DOCS = ROOT / "docs"
DOWNLOADS = ROOT / "data" / "downloads"
MODELS = ROOT / "artifacts" / "models"  # trained here


def mirror() -> Path | None:
    """Folder that stands in for the Internet (`TRECX_MIRROR`), if one is set."""
    value = os.environ.get("TRECX_MIRROR")
    return Path(value).resolve() if value else None


def database_url() -> str:
    """SQLAlchemy URL of the store: `TRECX_DB`, else the shipped `artifacts/scores.sqlite`."""
    return os.environ.get("TRECX_DB") or f"sqlite:///{ROOT / 'artifacts' / 'scores.sqlite'}"
