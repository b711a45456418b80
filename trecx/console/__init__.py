"""The live console without its server part: the dashboard and the report share it.

- data.py, labels.py and precisions.py: data and texts for the browser;
- console.js with console.css and access.css: the console, built from slider.js (ρ), tiles.js (the five
  numbers) and outcomes.js (outcomes and confusion matrix);
- counts.js: counts at any ρ and class mix;
- plot.js: figures;
- hints.js and dialog.js: help on terms, as tooltips and in a dialog;
- parts.js: small elements that the other scripts share;
- assets.py: reads these files and Plotly's script.
"""

from trecx.console.data import (
    QUANTITIES,
    console_data,
    cost_axes,
    device_data,
    reference_data,
    table_data,
)
from trecx.console.precisions import Counterpart, PrecisionChoice

__all__ = [
    "QUANTITIES",
    "Counterpart",
    "PrecisionChoice",
    "console_data",
    "cost_axes",
    "device_data",
    "reference_data",
    "table_data",
]
