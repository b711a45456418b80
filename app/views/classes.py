"""The page Classes: which classes lose accuracy."""

import streamlit as st

from app.classes.accuracy_loss import BASELINE, FINAL, changes_at, show_changes
from app.classes.confusion import show_confusions
from app.classes.table import Column, show_class_table
from app.live.threshold_control import threshold_control
from app.shared.frame import open_frame
from app.shared.plain_text import plain
from trecx.errors import TrecxError
from trecx.figures.by_class import Panel
from trecx.glossary import definition
from trecx.threshold.class_results import class_accuracy, class_cost, class_exit_rate

SHORT = {"estimate": "est.", "measured": "meas."}

frame = open_frame(halves=True)
frame.title("Which classes lose accuracy?")
threshold = threshold_control(frame, one_rho=True).threshold
references = [FINAL, BASELINE] if frame.context.baseline else [FINAL]
against = st.segmented_control(
    "Compare with", references, default=FINAL, required=True, key="against", bind="query-params"
)

table, costs = frame.context.table, frame.context.conditions.costs
point = table.operating_point(
    threshold
)  # without the class mix, which does not change results within a class
try:
    changes = changes_at(frame, threshold, against)
except TrecxError as error:
    st.error(plain(str(error)))
    st.stop()
exit_rate, flops = class_exit_rate(point), class_cost(point, table.exit_flops)
columns = [
    Column("accuracy %", 0.01, class_accuracy(point.confusion)),
    Column("change pt", 0.01, changes.by_class(), change=True),
    Column("exit rate %", 0.01, exit_rate, about=definition("exit rate")),
    Column("MFLOPs", 1e6, flops, about=definition("expected FLOPs")),
]
cost = Panel("mean FLOPs (millions)", "MFLOPs", 1e6, flops)
if costs:
    energy, by = class_cost(point, costs.energy_uj), f"by {costs.basis}" if costs.basis else costs.kind
    unit, scale = ("mJ", 1e3) if costs.energy_uj.max() >= 1e3 else ("µJ", 1.0)
    columns.append(Column(f"{unit} ({SHORT[costs.kind]})", scale, energy))
    cost = Panel(f"mean energy ({unit}, {by})", unit, scale, energy)

show_changes(frame, changes, against, (Panel("exit rate (%)", "%", 0.01, exit_rate), cost))
st.markdown("##### Confusion matrix")
show_confusions(frame, threshold)
st.markdown("##### Results per class")
name = f"classes_{frame.run.run_id}_rho_{threshold:.4f}"
show_class_table(table.class_names, table.class_counts, columns, name)
