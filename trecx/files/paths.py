"""Paths of this project's files and folders: those that it brings, and those that it writes.

A clone has both. An installed wheel brings what it reads in `trecx/_bundled` (`hatch_build.py`), which may be
read-only, and writes into the user's data folder.
"""

import os
from pathlib import Path

_LIBRARY = Path(__file__).resolve().parents[1]
_BUNDLED = _LIBRARY / "_bundled"
IS_CLONE = not _BUNDLED.is_dir()


def user_folder() -> Path:
    """Return the user's data folder, such as ~/.local/share/trecx; it may not exist yet."""
    from platformdirs import user_data_path  # from a clone, it is almost never needed

    return user_data_path("trecx", appauthor=False)


ROOT = _LIBRARY.parent if IS_CLONE else _BUNDLED
SOURCES = ROOT / "data" / "sources.toml"
ENERGY_PROFILES = ROOT / "data" / "energy_profiles.csv"
INSTRUCTION_COUNTS = ROOT / "data" / "instruction_counts.csv"
SHIPPED_STORE = ROOT / "artifacts" / "scores.sqlite"

_WRITTEN = ROOT if IS_CLONE else user_folder()
DOCS = _WRITTEN / "docs"
DOWNLOADS = _WRITTEN / "data" / "downloads"
JOBS = _WRITTEN / "data"  # of stores that have no file
MODELS = _WRITTEN / "artifacts" / "models"  # trained here


def mirror() -> Path | None:
    """Return the folder that replaces downloads (`TRECX_MIRROR`), if it is set."""
    value = os.environ.get("TRECX_MIRROR")
    return Path(value).resolve() if value else None


def database_url() -> str:
    """Return the SQLAlchemy URL of the store: `TRECX_DB`, or the default one.

    From a clone that is the shipped store, and from a wheel the one in the user's data folder, which is made
    of the shipped one when it is first asked for.

    Raises:
        StoreError: the store in the user's data folder cannot be made.
    """
    if given := os.environ.get("TRECX_DB"):
        return given
    if IS_CLONE:
        return f"sqlite:///{SHIPPED_STORE}"
    from trecx.files.user_store import own_store

    return f"sqlite:///{own_store().file}"
