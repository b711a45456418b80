"""Figures as SVG or PNG files, in the light colours of the theme, drawn by the system's Chromium."""

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
from trecx.files.paths import ROOT

THEME = ROOT / "app" / ".streamlit" / "config.toml"
WIDTH, HEIGHT = 660, 380  # pixels, unless the figure sets its own
SVG, PNG = PICTURES = (".svg", ".png")
SHARPNESS = 2  # pixels of a PNG per pixel of its figure


def light_colours(theme: Path = THEME) -> dict[str, str]:
    """Return the colour of each CSS variable, such as `--st-blue-color`, in the light theme."""
    return theme_colours("light", theme)


def theme_colours(name: str, theme: Path = THEME) -> dict[str, str]:
    """Return the colour of each CSS variable in the theme "light" or "dark"."""
    settings = tomllib.loads(theme.read_text(encoding="utf-8"))["theme"][name]
    return {
        "--st-" + re.sub("([A-Z])", r"-\1", name).lower(): colour
        for name, colour in settings.items()
        if isinstance(colour, str)
    }


def with_colours(figure: go.Figure, colours: Mapping[str, str]) -> go.Figure:
    """Return the figure with colours in place of CSS variables, on the theme's background.

    Raises:
        KeyError: `colours` lacks a variable that the figure uses.
    """
    text = re.sub(r'(?<=")var\((--st-[\w-]+)\)(?=")', lambda found: colours[found[1]], figure.to_json())
    coloured: go.Figure = plotly.io.from_json(
        text.replace('"inherit"', '"system-ui, DejaVu Sans, sans-serif"')
    )
    return coloured.update_layout(paper_bgcolor=colours["--st-background-color"])


def write_pictures(figures: Mapping[Path, go.Figure]) -> str:
    """Write each figure in the light colours, in the format of its path's ending: all, or none.

    Returns:
        The reason why none was written; empty if all were.
    """
    chromium = os.environ.get("TRECX_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return "Chromium was not found: apt-get install chromium, or set TRECX_CHROMIUM to its path"
    try:
        import kaleido  # a development tool, not in requirements.txt
    except ImportError:
        return "kaleido is not installed: pip install --group dev"
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
        try:  # kaleido starts Chromium with --no-sandbox, so it also works as root
            kaleido.write_fig_from_object_sync(jobs, kopts={"mathjax": False, "path": chromium})
        except Exception as error:  # a browser fails in more ways than kaleido has names for
            return f"Chromium failed ({str(error).split('. ')[0] or type(error).__name__})"
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
    """Write figures as `write_pictures` does, or raise.

    Raises:
        OutputError: they could not be written; the message says why.
    """
    for path in figures:
        if path.suffix.lower() not in PICTURES:
            raise OutputError(f"{path.name}: use a file name that ends in {' or '.join(PICTURES)}")
        if not path.parent.is_dir():
            raise OutputError(f"there is no folder {path.parent}; create it, or choose another with --out")
    names = ", ".join(map(str, figures))
    try:
        reason = write_pictures(figures)
    except OSError as error:
        why = f"{names} cannot be written ({error.strerror})"
        raise OutputError(f"{why}; choose another with --out") from error
    if reason:
        raise OutputError(f"{names} not written: {reason}")


def _with_stable_names(svg: bytes) -> bytes:
    """Return the SVG with fixed names in place of Plotly's random ones, so that files are reproducible."""
    found = re.search(rb'id="defs-([0-9a-f]{6})"', svg)
    named = svg.replace(found[1], b"figure") if found else svg
    return re.sub(rb"trace[0-9a-f]{6}", b"trace", named)
