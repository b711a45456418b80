"""The paper's tables and figures: the content of each, and the runs that it needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trecx.reproduction.curves import figure_4, figure_6, figure_7
from trecx.reproduction.evidence import Evidence
from trecx.reproduction.exits import PLACES, figure_2, figure_5
from trecx.reproduction.panel import Panel
from trecx.reproduction.rows import Row
from trecx.reproduction.tables import table_1, table_2

HERE, THEIRS = "trained here", "published"
EVERYWHERE = (("ic", HERE), ("kws", THEIRS), ("kws", HERE), ("vww", THEIRS), ("digits", HERE))
OTHERS_AT = (("ic", HERE), ("kws", THEIRS), ("digits", HERE))


@dataclass(frozen=True)
class Part:
    """A table or a figure of the paper.

    Attributes:
        name: its name in the paper.
        title: its title.
        about: notes for the reader.
        wanted: the designs whose runs it shows, by task and source.
        panel: returns the panel of one setting.
    """

    name: str
    title: str
    about: str
    wanted: Mapping[tuple[str, str], Sequence[str]]
    panel: Callable[[Evidence], Panel]

    @property
    def slug(self) -> str:
        """Text for file names."""
        return self.name.lower().replace(" ", "-")

    def settings(self, evidence: Sequence[Evidence], task: str, source: str) -> list[Evidence]:
        """Return the settings of a task and source with at least one needed design besides the baseline."""
        systems = set(self.wanted[task, source]) - {"baseline"}
        return [
            one
            for one in evidence
            if (one.setting.task, one.setting.source) == (task, source) and systems & set(one.runs)
        ]


def missing(part: Part, task: str, source: str, there: Sequence[str]) -> str:
    """Return a text with the missing runs of a part and the commands that create them; empty if none."""
    absent = [system for system in part.wanted[task, source] if system not in there]
    if not absent:
        return ""
    where = "kws (small data)" if (task, source) == ("kws", HERE) else task
    command = f"python -m trecx train {task} {absent[0]}"
    if source == THEIRS:
        command = f"python -m trecx score MODEL --task {task} --system {absent[0]}"
    fetch = f" after `python -m trecx models fetch {task}`" if source == THEIRS else ""
    others = "" if len(absent) == 1 else f", and so on for {', '.join(absent[1:])}"
    lacks = f"{where}, {source}: no run of {', '.join(absent)}"
    return f"*Missing: {lacks}. To make one: `{command}`{fetch}{others}.*"


def _table(rows: Callable[[Evidence], list[Row]]) -> Callable[[Evidence], Panel]:
    return lambda evidence: Panel(rows(evidence), None, ())


PARTS = (
    Part(
        "Table 1",
        "T-RECX beside its baseline",
        "MFLOPs at a trade-off point: first on the paper's grid of 101 thresholds, then, after “exact”, "
        "on every step of the curve against the baseline run's own accuracy. On the grid the published "
        "kws run is measured against the paper's 92.2 %, every other one against its own baseline run. "
        "The paper's average of 31.58 % fewer FLOPs at −1 point has no line: ours would mix published "
        "models with models trained here.",
        dict.fromkeys(EVERYWHERE, ("baseline", "trecx")),
        _table(table_1),
    ),
    Part(
        "Table 2",
        "T-RECX, BranchyNet and Shallow-Deep Networks, each exit alone",
        "",
        dict.fromkeys(OTHERS_AT, ("trecx", "branchynet", "sdn")),
        _table(table_2),
    ),
    Part(
        "Figure 2",
        "where the early exit sits",
        "The paper's text has no numbers for it; it says that an exit at ¼ of the network harms the final "
        "exit most.",
        dict.fromkeys((("kws", HERE), ("digits", HERE)), ("baseline", *PLACES)),
        figure_2,
    ),
    Part(
        "Figure 4",
        "benefit curves with and without early view",
        "",
        dict.fromkeys(EVERYWHERE, ("baseline", "trecx", "trecx-noev")),
        figure_4,
    ),
    Part(
        "Figure 5",
        "medium confidences at the early exit",
        "Density of the confidences c with 0.65 ≤ c < 0.9 at the early exit: Gaussian kernel of Scott's "
        "bandwidth, reflected at both ends, so that nothing is drawn where nothing can be; each violin's "
        "area is 1.",
        dict.fromkeys((("ic", HERE), ("digits", HERE)), ("trecx", "baseline-ee")),
        figure_5,
    ),
    Part(
        "Figure 6",
        "weight transfer, none, and joined feature maps",
        "The authors published no model without weight transfer.",
        {
            ("kws", THEIRS): ("trecx", "fmaps-concat"),
            ("kws", HERE): ("trecx", "trecx-notransfer", "fmaps-concat"),
            ("digits", HERE): ("trecx", "trecx-notransfer", "fmaps-concat"),
        },
        figure_6,
    ),
    Part(
        "Figure 7",
        "T-RECX, BranchyNet and Shallow-Deep Networks",
        "",
        dict.fromkeys(OTHERS_AT, ("trecx", "branchynet", "sdn")),
        figure_7,
    ),
)
