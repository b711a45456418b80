"""The documents keep the rules for words: points are pt, intervals are labelled, rates take per."""

import re

import pytest

from tests.conftest import ROOT
from tests.docs.documents import DOCS, text_of

TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
TEXTS |= {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("SECURITY.md", "CHANGELOG.md", "benchmarks/RESULTS.md")
}
FORBIDDEN = {
    "a difference in accuracy is in pt": r"(?<!\()percentage points?|[−-]\d+ points?\b|\d points? below",
    "an interval is a 95 % CI": r"95 % interval",
    "samples exit early": r"leaves? early|nobody|somebody",
    "a prediction is correct": r"answered right\b|\bright answers?\b|\bis right\b",
    "a difference is not significant": r"\bluck\b",
    "a rate takes per": r"(?:inferences|mJ|MB|values?|times) an? (?:day|hour|minute|exit|person|sample)\b",
    "a button saves": r"[Kk]eep this|handed? over|[Bb]ring back|[Rr]etired?\b",
    "a text uses the field's term": r"what binds|(?<!`)my own",
}


@pytest.mark.parametrize("page", TEXTS)
@pytest.mark.parametrize("rule", FORBIDDEN)
def test_a_document_keeps_the_rules_for_words(page, rule):
    prose = re.sub(r"```.*?```", "", TEXTS[page], flags=re.DOTALL)
    found = re.findall(rf".*(?:{FORBIDDEN[rule]}).*", prose)
    assert found == []


def test_the_glossary_has_both_names_of_every_outcome():
    from trecx.threshold.outcomes import OUTCOME_LABELS, OUTCOMES

    for name in OUTCOMES:
        assert f"`{name}`" in text_of("glossary.md")
    for label in OUTCOME_LABELS:
        assert f"**{label}**" in text_of("glossary.md")
