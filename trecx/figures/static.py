"""Figures as files: the light colours of the theme put in, drawn by the system's Chromium."""

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import plotly.io

from trecx.errors import OutputError
from trecx.files.atomic_file import whole_file
from trecx.paths import ROOT

THEME = ROOT / "app" / ".streamlit" / "config.toml"
WIDTH, HEIGHT = 660, 380  # pixels, where a figure does not say
SVG, PNG = PICTURES = (".svg", ".png")
SHARPNESS = 2  # pixels of a PNG for one of its figure


def light_colours(theme: Path = THEME) -> dict[str, str]:
    """Return what stands for each CSS variable, such as `--st-blue-color`, in the light theme."""
    return theme_colours("light", theme)


def theme_colours(name: str, theme: Path = THEME) -> dict[str, str]:
    """Return what stands for each CSS variable in the theme "light" or "dark"."""
    settings = tomllib.loads(theme.read_text(encoding="utf-8"))["theme"][name]
    return {
        "--st-" + re.sub("([A-Z])", r"-\1", name).lower(): colour
        for name, colour in settings.items()
        if isinstance(colour, str)
    }


def with_colours(figure: go.Figure, colours: Mapping[str, str]) -> go.Figure:
    """Return the figure with colours for their CSS variables, on the theme's background.

    Raises:
        KeyError: the figure names a variable that `colours` does not have.
    """
    text = re.sub(r'(?<=")var\((--st-[\w-]+)\)(?=")', lambda found: colours[found[1]], figure.to_json())
    coloured: go.Figure = plotly.io.from_json(
        text.replace('"inherit"', '"system-ui, DejaVu Sans, sans-serif"')
    )
    return coloured.update_layout(paper_bgcolor=colours["--st-background-color"])


def write_pictures(figures: Mapping[Path, go.Figure]) -> str:
    """Write each figure in the light colours, as its path's ending of `PICTURES` says: all, or none.

    Returns:
        Why none was written; empty where all were.
    """
    chromium = os.environ.get("TRECX_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return "there is no Chromium: apt-get install chromium, or set TRECX_CHROMIUM"
    try:
        import kaleido  # a tool for development: not in requirements.txt
    except ImportError:
        return "there is no kaleido: pip install --group dev"
    colours = light_colours()
    with tempfile.TemporaryDirectory() as folder:
        drawn = {Path(folder) / path.name: path for path in figures}
        jobs = [
            {
                "fig": with_colours(figures[path], colours).to_dict(),
                "path": temporary,
                "opts": _options(figures[path], path),
            }
            for temporary, path in drawn.items()
        ]
        try:  # kaleido starts Chromium with --no-sandbox, so that root may, too
            kaleido.write_fig_from_object_sync(jobs, kopts={"mathjax": False, "path": chromium})
        except Exception as error:  # a browser fails in more ways than kaleido has names for
            return f"Chromium did not draw them ({str(error).split('. ')[0] or type(error).__name__})"
        with ExitStack() as all_of_them:
            for temporary, path in drawn.items():
                content = temporary.read_bytes()
                content = content if path.suffix.lower() == PNG else _with_stable_names(content)
                all_of_them.enter_context(whole_file(path)).write_bytes(content)
    return ""


def _options(figure: go.Figure, path: Path) -> dict[str, Any]:
    size = {"width": figure.layout.width or WIDTH, "height": figure.layout.height or HEIGHT}
    kind = path.suffix.lower()
    return size | {"format": kind.lstrip("."), "scale": SHARPNESS if kind == PNG else 1}


def must_write_pictures(figures: Mapping[Path, go.Figure]) -> None:
    """Write figures as `write_pictures` does.

    Raises:
        OutputError: they could not be drawn or written; the message says why.
    """
    for path in figures:
        if path.suffix.lower() not in PICTURES:
            raise OutputError(f"{path.name}: a picture's name ends in {' or '.join(PICTURES)}")
        if not path.parent.is_dir():
            raise OutputError(f"there is no folder {path.parent}; make it, or choose another with --out")
    names = ", ".join(map(str, figures))
    try:
        reason = write_pictures(figures)
    except OSError as error:
        why = f"{names} cannot be written ({error.strerror})"
        raise OutputError(f"{why}; choose another with --out") from error
    if reason:
        raise OutputError(f"not drawn: {names}: {reason}")


def _with_stable_names(svg: bytes) -> bytes:
    """Return the SVG with one name for what Plotly names by chance: the same figure, the same file."""
    found = re.search(rb'id="defs-([0-9a-f]{6})"', svg)
    named = svg.replace(found[1], b"figure") if found else svg
    return re.sub(rb"trace[0-9a-f]{6}", b"trace", named)
