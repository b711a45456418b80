"""The live console without its server part: the dashboard and the report share it.

- data.py, labels.py and precisions.py: data and texts for the browser;
- vectors.py and packing.py: the samples and the Pareto front for one threshold per exit;
- steps.py and steps.js: the benefit curve of any other run at any ρ;
- control.js: the control of ρ on all pages, built from slider.js (ρ) and tiles.js (the five numbers);
- console.js with console.css and access.css: the console of the page Tune: the control with limits, benefit
  curve, outcomes.js (the six outcomes) and confusion.js (a confusion matrix);
- counts.js: counts at any ρ and class mix; vectors.js: the same at any thresholds per exit;
- per_exit.js with handles.js, front.js and per_exit.css: one threshold per exit;
- rail.js: a track with a handle, for ρ and for each exit;
- plot.js: figures;
- hints.js and dialog.js: help on terms, as tooltips and in a dialog;
- parts.js: small elements that the other scripts share;
- assets.py: reads these files and Plotly's script.
"""

from trecx.console.data import (
    QUANTITIES,
    console_data,
    control_data,
    cost_axes,
    counted,
    device_data,
    reference_data,
    shown_axis,
    table_data,
    versioned,
)
from trecx.console.precisions import Counterpart, PrecisionChoice
from trecx.console.vectors import MOST_AT_ONCE, MOST_ROWS, SEVERAL, SampleLevels, on_grid

__all__ = [
    "MOST_AT_ONCE",
    "MOST_ROWS",
    "QUANTITIES",
    "SEVERAL",
    "Counterpart",
    "PrecisionChoice",
    "SampleLevels",
    "console_data",
    "control_data",
    "cost_axes",
    "counted",
    "device_data",
    "on_grid",
    "reference_data",
    "shown_axis",
    "table_data",
    "versioned",
]
