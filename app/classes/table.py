"""The results of every class as a table and as CSV."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from trecx.figures.by_class import signed
from trecx.files.spreadsheet import csv_text
from trecx.glossary import definition
from trecx.scores import IntArray
from trecx.threshold.class_results import Estimates

SIGN, PADDING, ROW = 7, 20, 35  # pixels: width of a letter or digit, padding of a cell, height of a row
MOST_ROWS = 20  # more scroll


class Column(NamedTuple):
    """One number per class with its 95 % CI.

    Attributes:
        title: name and unit, as in the CSV.
        scale: value of one unit.
        estimates: of each class.
        change: whether it is a change, which is shown with its sign.
        about: help text.
    """

    title: str
    scale: float
    estimates: Estimates
    change: bool = False
    about: str | None = None

    @property
    def heading(self) -> str:
        """The title as the table shows it, with its unit in brackets.

        >>> Column("change pt", 0.01, Estimates(*np.zeros((3, 1)))).heading
        'change (pt)'
        """
        return re.sub(r" (%|pt)$", r" (\1)", self.title)


def show_class_table(
    class_names: Sequence[str], n_samples: IntArray, columns: Sequence[Column], name: str
) -> None:
    """Show the table and its download.

    Args:
        class_names: one name per class.
        n_samples: of each class.
        columns: the numbers.
        name: of the file, without its ending.
    """
    shown = pd.DataFrame({"class": list(class_names), "n": n_samples})
    config: dict[str, Any] = {
        "n": st.column_config.NumberColumn("samples", width=_width(["samples", f"{max(n_samples):,}"]))
    }
    spelled: dict[str, Any] = {"n": "{:,}"}
    for column in columns:
        value, low, high = (part / column.scale for part in column.estimates)
        title, interval = column.title, f"{column.title} interval"
        spelled[title] = spell = _spelling(sensible_decimals(high - low), column.change)
        shown[title] = value
        shown[interval] = [
            _interval(ends, spell, column.change) for ends in zip(low.tolist(), high.tolist(), strict=True)
        ]
        config[title] = st.column_config.NumberColumn(
            column.heading, width=_width([column.heading, *map(spell, value)]), help=column.about
        )
        config[interval] = st.column_config.TextColumn(
            "95 % CI", alignment="right", width=_width(shown[interval]), help=definition("95 % CI")
        )
    styled = shown.style.format(spelled, na_rep="–")
    height = ROW * (1 + min(len(shown), MOST_ROWS)) + 2
    st.dataframe(styled, hide_index=True, column_config=config, height=height, key="class_table")
    text = class_csv(class_names, n_samples, columns)
    st.download_button("Download CSV", text, f"{name}.csv", "text/csv", on_click="ignore", key="class_csv")


def class_csv(class_names: Sequence[str], n_samples: IntArray, columns: Sequence[Column]) -> str:
    """Return the numbers as CSV, unrounded and in their units; empty for a class without samples."""
    ends = [f"{column.title}{end}" for column in columns for end in ("", " low", " high")]
    parts = [part / column.scale for column in columns for part in column.estimates]
    numbers = [["" if math.isnan(number) else number for number in part.tolist()] for part in parts]
    return csv_text(["class", "n", *ends], zip(class_names, n_samples.tolist(), *numbers, strict=True))


def _width(texts: Iterable[str]) -> int:
    """Return the width in pixels of a column of these texts; Streamlit's own is too wide."""
    return PADDING + SIGN * max(map(len, texts), default=0)


def sensible_decimals(widths: Any) -> int:
    """Return the number of decimals for intervals of these widths: the last digit is about a tenth of them.

    >>> sensible_decimals(np.array([6.0, 5.0, 7.0])), sensible_decimals(np.array([250.0]))
    (1, 0)
    """
    known = widths[widths > 0]
    return max(0, -math.floor(math.log10(float(np.median(known)) / 10))) if len(known) else 0


def _spelling(digits: int, change: bool) -> Callable[[float], str]:
    """Return the function that formats a number; a change has its sign."""
    if change:
        return lambda number: signed(number, digits)
    return lambda number: f"{number:,.{digits}f}"


def _interval(ends: tuple[float, float], spell: Callable[[float], str], change: bool) -> str:
    """Return an interval as text; a dash for a class without samples."""
    return "–" if math.isnan(ends[0]) else (" to " if change else "–").join(map(spell, ends))
