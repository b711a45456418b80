"""The scripts and styles of the console, and the plotly package's own script."""

from pathlib import Path

from trecx.files.plotly_script import plotly_script

FOLDER = Path(__file__).parent
# In this order: each uses those before it.
CONTROL_SCRIPTS = (
    *("parts", "hints", "dialog", "plot", "counts", "vectors", "rail", "slider", "handles", "front"),
    *("per_exit", "tiles", "control"),
)
CONSOLE_SCRIPTS = (*CONTROL_SCRIPTS, "confusion", "outcomes", "console")
STYLES = ("console", "per_exit", "access")
PLOTLY = plotly_script()


def joined_scripts(*names: str, folders: tuple[Path, ...] = (FOLDER,)) -> str:
    """Return these scripts as one module, in this order, each from the first folder that contains it."""
    return "\n".join(_found(f"{name}.js", folders).read_text(encoding="utf-8") for name in names)


def style_sheet(name: str, folders: tuple[Path, ...] = (FOLDER,)) -> str:
    """Return a style sheet from the first folder that contains it."""
    return _found(f"{name}.css", folders).read_text(encoding="utf-8")


def _found(name: str, folders: tuple[Path, ...]) -> Path:
    return next(folder / name for folder in folders if (folder / name).is_file())
