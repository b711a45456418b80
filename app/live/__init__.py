"""The live components of the pages; those that the report shares are in trecx/console.

- console.py: connects Streamlit and trecx/console/console.js, the page Tune;
- threshold_control.py with threshold.js and threshold.css: ρ at the head of the other pages;
- setting.py: what ρ, or one threshold per exit, is set to;
- follower.py with follow.js and live.css: components that follow ρ while it moves;
- budget.py with budget.js: limits, and the best ρ within them;
- mix.py with mix.js and mix.css: a custom class mix;
- chart.js with chart.css: figures; slides.js with slides.css: slides;
- foundation.js with page.css: Plotly and the style of all pages;
- assets.py: reads these files and the console's.
"""
