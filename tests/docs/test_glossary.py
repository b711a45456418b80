"""docs/glossary.md says of each term what the help texts of the pages say."""

import re

from tests.conftest import ROOT
from tests.docs.documents import text_of
from trecx.glossary import TERMS, glossary_table

CALLED = re.compile(r"""(?:definition|_hint)\(\s*["']([^"']+)["']""")


def test_the_glossary_defines_each_term_as_the_code_does():
    assert glossary_table() in text_of("glossary.md")


def test_every_definition_is_whole_sentences():
    for term, text in TERMS.items():
        assert text[0].isupper(), term
        assert text.endswith((".", ").")), term


def test_the_pages_take_their_definitions_from_the_glossary():
    sources = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "app").rglob("*.py"))]
    sources += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "trecx").rglob("*.py"))]
    used = {term for source in sources for term in CALLED.findall(source)}
    assert len(used) >= 20
    assert used <= set(TERMS)
