"""The peer of the console: the same numbers and figures with Streamlit's slider and a rerun.

The address selects the run: `/?run=RUN`. Everything that does not depend on ρ is cached.
"""

import plotly.graph_objects as go
import streamlit as st

from trecx.figures import benefit_curve_figure, confidence_figure, flops_axis
from trecx.figures.static import light_colours, with_colours
from trecx.store import Store
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.intervals import wilson_interval


@st.cache_resource
def counts(run_id: str) -> tuple[ExitTable, go.Figure, go.Figure]:
    """Return the counts of the run, and its two figures: benefit curve and confidence."""
    here = Store()
    table = here.load_table(here.find_run(run_id))
    curve, colours = table.curve(), light_colours()
    drawn = benefit_curve_figure(curve, flops_axis(table.exit_flops), None, [], None)
    return table, with_colours(drawn, colours), with_colours(confidence_figure(table), colours)


st.set_page_config(layout="wide")
table, drawn, confidence = counts(st.query_params["run"])
threshold = st.slider("ρ", 0.0, 1.0, 0.9, 0.001, format="%.3f", key="threshold")
point = table.operating_point(threshold)
low, high = wilson_interval(point.accuracy, point.n_samples)
for column, (name, value) in zip(
    st.columns(4),
    {
        "Accuracy": f"{100 * point.accuracy:.2f} %",
        "95 % CI": f"{100 * low:.2f} – {100 * high:.2f} %",
        "Exit rate": f"{100 * point.exit_rate:.2f} %",
        "Expected FLOPs": f"{point.flops / 1e6:.3f} M",
    }.items(),
    strict=True,
):
    column.metric(name, value)
st.dataframe([point.overthinking])
with st.container(key="shown"):
    st.caption(f"ρ {threshold:.3f}")
left, right = st.columns(2)
with_point = go.Figure(drawn).add_scatter(x=[point.flops / 1e6], y=[100 * point.accuracy], mode="markers")
left.plotly_chart(confidence, key="confidence")
left.plotly_chart(with_point, key="curve")
right.dataframe(point.confusion)
