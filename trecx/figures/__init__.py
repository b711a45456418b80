"""Plotly figures of computed numbers. Colours are CSS variables, set by the page or file that shows them."""

from trecx.figures.benefit import CostAxis, benefit_curve_figure, flops_axis
from trecx.figures.comparison import CurveLine, comparison_figure
from trecx.figures.confidence import confidence_figure
from trecx.figures.density import SplitViolin, Violin, split_violin_figure, violin_figure
from trecx.figures.difference import difference_figure
from trecx.figures.learning import learning_figure
from trecx.figures.placement import PlacedExit, placement_figure
from trecx.figures.random_splits import random_splits_figure
from trecx.figures.reliability import reliability_figure
from trecx.figures.static import light_colours, must_write_pictures, with_colours, write_pictures
from trecx.figures.tasks import TaskLine, tasks_figure

__all__ = [
    "CostAxis",
    "CurveLine",
    "PlacedExit",
    "SplitViolin",
    "TaskLine",
    "Violin",
    "benefit_curve_figure",
    "comparison_figure",
    "confidence_figure",
    "difference_figure",
    "flops_axis",
    "learning_figure",
    "light_colours",
    "must_write_pictures",
    "placement_figure",
    "random_splits_figure",
    "reliability_figure",
    "split_violin_figure",
    "tasks_figure",
    "violin_figure",
    "with_colours",
    "write_pictures",
]
