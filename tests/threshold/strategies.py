import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from trecx.scores import ExitScores


@st.composite
def exit_scores(draw, min_exits=1, n_classes=3):
    """Traces with many ties: few samples, few confidences."""
    n_samples = draw(st.integers(1, 14))
    n_exits = draw(st.integers(min_exits, 4))
    shape = (n_samples, n_exits)
    classes = st.integers(0, n_classes - 1)
    confidence = st.sampled_from([0.0, 0.25, 0.5, 0.75, 0.875, 0.996, 1.0])
    return ExitScores(
        labels=draw(nps.arrays(np.int64, n_samples, elements=classes)),
        exit_flops=np.arange(1, n_exits + 1) * 1000,
        predictions=draw(nps.arrays(np.int64, shape, elements=classes)),
        confidence=draw(nps.arrays(np.float64, shape, elements=confidence)),
        class_names=[f"class {k}" for k in range(n_classes)],
    )


def part(scores, rows):
    """The samples at these positions, in this order, as often as they are named."""
    return ExitScores(
        scores.labels[rows],
        scores.exit_flops,
        predictions=scores.predictions[rows],
        confidence=scores.confidence[rows],
        class_names=scores.class_names,
    )


thresholds = st.one_of(
    st.sampled_from([0.0, 0.25, 0.5, 0.75, 0.875, 0.996, 1.0, float("inf")]), st.floats(0, 1)
)
