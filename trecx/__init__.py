"""Choose the confidence threshold ρ of an early-exit network on a microcontroller.

The most important functions are available here; each is loaded on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trecx.api import choose, choose_guaranteed, choose_per_exit, halves, load_scores, runs, save_report
    from trecx.importing import import_scores
    from trecx.importing.scores_writer import write_scores
    from trecx.scores import ExitScores
    from trecx.threshold.benefit_curve import benefit_curve, operating_point, tradeoff_points

__all__ = [
    "ExitScores",
    "benefit_curve",
    "choose",
    "choose_guaranteed",
    "choose_per_exit",
    "halves",
    "import_scores",
    "load_scores",
    "operating_point",
    "runs",
    "save_report",
    "tradeoff_points",
    "write_scores",
]

_PLACES = {
    **dict.fromkeys(
        ("choose", "choose_guaranteed", "choose_per_exit", "halves", "load_scores", "runs", "save_report"),
        "trecx.api",
    ),
    **dict.fromkeys(("benefit_curve", "operating_point", "tradeoff_points"), "trecx.threshold.benefit_curve"),
    "import_scores": "trecx.importing",
    "write_scores": "trecx.importing.scores_writer",
    "ExitScores": "trecx.scores",
}


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
