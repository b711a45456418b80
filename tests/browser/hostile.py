"""Texts that do nothing but show themselves, in every place where people write one."""

import numpy as np

from trecx.scores import ExitScores
from trecx.store import Provenance, Run, Store

SCRIPT = "<script>window.injected = 1</script>"
IMAGE = "\"'><img src=x onerror='window.injected = 2'>"
CLOSING = "</script></style></title><script>window.injected = 3</script>"
MARKDOWN = "![x](http://elsewhere.invalid/x.png) [l](javascript:window.injected=4) $x$ :red[r] `c` **b** &lt;"
BACKWARDS = "\u202eabc \u2067نص عربي"
FIGURE = "%{y} {0} var(--st-blue-color) <a href='javascript:window.injected=5'>go</a> <b>b</b>"
LONG = "x<i>" + "long " * 1999 + "z"
TEXTS = (SCRIPT, IMAGE, CLOSING, MARKDOWN, BACKWARDS, FIGURE, LONG)
ALL = " ".join(TEXTS)


def save_hostile(store: Store, dataset: str = ALL) -> Run:
    """Save a run whose classes, samples, dataset and model are called so."""
    random, n_classes = np.random.default_rng(0), len(TEXTS)
    labels = np.arange(70) % n_classes
    probabilities = random.dirichlet(np.full(n_classes, 0.4), (70, 2)).astype(np.float32)
    names = [f"{k} {TEXTS[k % n_classes]}" for k in range(70)]
    scores = ExitScores(labels, [100_000, 300_000], probabilities, class_names=TEXTS, sample_names=names)
    about = Provenance("made", "trecx", "imported", dataset, SCRIPT, CLOSING, None, None, {IMAGE: SCRIPT})
    return store.save_run(about, scores)
