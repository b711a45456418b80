"""Buttons that export an operating point as a file, which is written when the button is pressed."""

import re
from collections.abc import Callable
from functools import partial
from html import escape

import streamlit as st

from trecx.errors import TrecxError
from trecx.exporting import FORMATS
from trecx.report import REPORT, Report, report_html
from trecx.saved_points.record import PointRecord

FILES = {
    REPORT: ("Report", "text/html"),
    ".h": ("C header", "text/x-c"),
    ".json": ("JSON", "application/json"),
    ".csv": ("CSV", "text/csv"),
}
REPORT_HELP = "One HTML file in which ρ can be changed; it opens without a server or a network."


def offer_report(report: Callable[[], Report], name: str) -> None:
    """Show the button of the interactive report.

    Args:
        report: returns the content when the button is pressed.
        name: name of the file, without its extension.
    """
    _offer(REPORT, partial(_html_or_why, report), name, REPORT_HELP)


def offer_files(record: Callable[[], PointRecord], name: str) -> None:
    """Show the buttons of the files for firmware and for other programs.

    Args:
        record: returns the content when a button is pressed.
        name: name of the file, without its extension.
    """
    for ending, text in FORMATS.items():
        _offer(ending, partial(_text_of, text, record), name)


def file_name(name: str) -> str:
    """Return a name that is valid on every file system.

    >>> file_name("Doorbell, 2.0"), file_name("/…/")
    ('doorbell-2-0', 'point')
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "point"


def _offer(ending: str, make: Callable[[], str], name: str, about: str | None = None) -> None:
    label, mime = FILES[ending]
    st.download_button(
        label, make, f"{name}{ending}", mime, key=f"download {ending}", on_click="ignore", help=about
    )


def _text_of(text: Callable[[PointRecord], str], record: Callable[[], PointRecord]) -> str:
    return text(record())


def _html_or_why(report: Callable[[], Report]) -> str:
    """Return the report, or a page with the error, as the dashboard cannot show one after the click."""
    try:
        return report_html(report())
    except TrecxError as error:
        return f"<!doctype html><meta charset=utf-8><p>The report could not be made: {escape(str(error))}."
