"""Reports of points, and a report taken apart as a browser would."""

import base64
import json
import zlib
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np

from tests.saved_points.records import context_options, record_of
from trecx.report import designs_beside, pictures_of, report_html, report_of
from trecx.saved_points.capture import point_numbers
from trecx.saved_points.record import Rule
from trecx.scores import ExitScores
from trecx.store import Provenance, Store
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.run_context import RunContext

CHEAP = {"device": None, "battery": None, "per_hour": None}  # one axis: the same page, sooner


class Page(HTMLParser):
    """A report taken apart as a browser would."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.texts, self.scripts, self._inside = [], [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attributes]
        if tag not in ("meta", "img", "br"):
            self._inside.append(tag)

    def handle_endtag(self, tag):
        assert self._inside.pop() == tag

    def handle_data(self, data):
        (self.scripts if self._inside and self._inside[-1] == "script" else self.texts).append(data)

    @property
    def words(self):
        return " ".join(self.texts)

    @property
    def data(self):
        """What the console is given."""
        return json.loads(zlib.decompress(base64.b64decode(self.scripts[1])))


def reported(name="kws/trecx", rule=None, saved=(), compare=(), n_pictures=None, **setting):
    """Return the report of a run of the default store."""
    rule, store = rule or Rule(0.69), Store()
    seen, _, context = context_options(name, rule.criterion, **setting)
    record = record_of(name, rule, **setting)
    others = designs_beside(store, seen, context, compare, rule.criterion)
    pictures = None if n_pictures is None else pictures_of(store, seen, rule, n_pictures)
    return replace(report_of(store, seen, context, record, others, pictures), saved=saved)


def page_of(*arguments, **options):
    return Page(report_html(reported(*arguments, **options)))


def made_run(n_samples, n_classes, n_exits=2):
    """Return a run and its counts, as if it had been stored; every confidence is another."""
    random = np.random.default_rng(n_classes)
    labels = random.integers(0, n_classes, n_samples)
    right = random.random((n_samples, n_exits)) < np.linspace(0.7, 0.9, n_exits)
    predictions = np.where(right, labels[:, None], random.integers(0, n_classes, right.shape))
    confidence = 1 - (1 - 1 / n_classes) * random.random(right.shape) ** 3
    names = [f"class {k}" for k in range(n_classes)]
    flops = 10**6 * np.arange(1, n_exits + 1)
    scores = ExitScores(labels, flops, predictions=predictions, confidence=confidence, class_names=names)
    few = ExitScores(
        labels[:50],
        flops,
        predictions=predictions[:50],
        confidence=confidence[:50],
        class_names=names,
    )
    about = Provenance("made", "trecx", "imported", "made", "test", f"m{n_classes}", None, None, {})
    return replace(Store().save_run(about, few), n_samples=n_samples), ExitTable.of(scores)


def report_of_made(n_samples, n_classes, n_exits=2):
    seen, table = made_run(n_samples, n_classes, n_exits)
    context, rule = RunContext(seen.task, table), Rule(0.69)
    record = record_of(seen.run_id, rule, **CHEAP)
    record = replace(record, numbers=point_numbers(context, rule))
    return report_of(Store(), seen, context, record)
