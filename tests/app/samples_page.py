"""The page of samples as tests open and read it, and runs to look at there."""

import re

import numpy as np
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT
from trecx.datasets.sources import load_sources
from trecx.scores import ExitScores
from trecx.store import Provenance, Store

MAIN = str(ROOT / "app" / "main.py")
KWS = load_sources().find_dataset("kws", "speech-commands-test-v0.02")
CLASSES = ("down", "go", "left", "no", "off", "on", "right", "stop", "up", "yes", "silence", "unknown")


def opened(**address):
    page = AppTest.from_file(MAIN, default_timeout=60)
    page.switch_page("views/samples.py")
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def again(page):
    page.run()
    assert not page.exception
    return page


def drawn(page, component):
    return [str(element.proto) for element in page.main if component in str(element.proto)]


def words(page):
    kinds = (page.main.markdown, page.main.caption, page.main.info, page.main.warning, page.main.success)
    return " ".join(element.value for kind in kinds for element in kind)


def total(page):
    """The number of samples that the gallery says it has."""
    (found,) = re.findall(r"\*\*[\d,]+–[\d,]+\*\* of ([\d,]+)", words(page))
    return int(found.replace(",", ""))


def save(names=None, full=True, n_samples=60, dataset=KWS.title, seed=0):
    random = np.random.default_rng(seed)
    labels = np.arange(n_samples) % 12
    scores = {"probabilities": random.dirichlet(np.full(12, 0.3), (n_samples, 2))}
    if not full:
        largest = scores["probabilities"].astype(np.float32)
        scores = {"predictions": largest.argmax(2), "confidence": largest.max(2)}
    made = ExitScores(labels, [100, 200], **scores, class_names=CLASSES, sample_names=names or ())
    about = Provenance("kws", "trecx", "imported", dataset, "test", "m", None, 1, {})
    return Store().save_run(about, made), made


def name_it(page, name):
    """Type the name of a collection that is not there yet: AppTest knows only options."""
    box = page.selectbox(key="keep_one_name")
    box.options.append(name)
    box.set_value(name)


def pills(page):
    return page.button_group(key="outcomes").proto.options
