"""The live console on the page: what it is made of is in trecx/console, as the report shows it too.

console.py: Streamlit on one side, trecx/console/console.js on the other. budget.js with budget.py: a wish and
its answer. mix.py with mix.js: a class mix of one's own. chart.js: figures. foundation.js, page.css: what all
pages stand on. sources.py: these files and the console's.
"""
