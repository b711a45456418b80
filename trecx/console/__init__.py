"""The live console, all of it that needs no server: the dashboard and the report show the same.

<<<<<<< HEAD
data.py and labels.py: what the browser is given. console.js and console.css: what is shown, put together from
slider.js (ρ), tiles.js (the five numbers) and outcomes.js (outcomes). counts.js: what ρ and
a class mix do. plot.js: figures. hints.js: words that explain themselves. parts.js: what these are made of.
assets.py: these files, and Plotly's script.
=======
data.py and words.py: what the browser is given. console.js and console.css: what is shown, put together from
slider.js (ρ), tiles.js (the five numbers) and fates.js (what becomes of the samples). counts.js: what ρ and a
class mix do. plot.js: figures. hints.js: words that explain themselves. dialog.js: windows with more to read.
access.css: these, and forced colours. parts.js: what these are made of.
sources.py: these files, and Plotly's script.
>>>>>>> console-layout
"""

from trecx.console.data import (
    PRECISIONS,
    QUANTITIES,
    console_data,
    cost_axes,
    device_data,
    reference_data,
    table_data,
)

__all__ = [
    "PRECISIONS",
    "QUANTITIES",
    "console_data",
    "cost_axes",
    "device_data",
    "reference_data",
    "table_data",
]
