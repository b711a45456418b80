"""A class mix of one's own: a slider and a number a class, whose effect is seen while they move."""

from collections.abc import Sequence
from urllib.parse import quote, unquote

import streamlit as st

from app.live.assets import script, style
from trecx.errors import ClassMixError
from trecx.scores import IntArray

START = 10.0  # every class as often as every other
MOST = 100.0


def own_mix(names: Sequence[str], counts: IntArray, start: Sequence[float]) -> list[float]:
    """Let the user say how often each class occurs, relative to the others; return that, 0..100 a class.

    Args:
        names: of the classes.
        counts: samples of each class in the test set; of a class without any nothing can be said.
        start: what to begin with.
    """
    component = st.components.v2.component(
        "trecx_mix", js=script("parts", "counts", "mix"), css=style("mix"), isolate_styles=False
    )
    key = mix_key(names)
    result = component(
        key=key,
        data={"names": list(names), "counts": counts.tolist(), "mix": list(start)},
        default={"mix": list(start)},
        on_mix_change=lambda: None,
    )
    return [float(value) for value in result.mix]


def mix_key(names: Sequence[str]) -> str:
    """Return the key under which the session holds the sliders of these classes."""
    return f"own mix of {' '.join(names)}"


def spell_mix(names: Sequence[str], mix: Sequence[float]) -> str:
    """Return a mix as it stands in the address, "silence:60,unknown:30"; who is not named never occurs."""
    return ",".join(f"{quote(name)}:{value:.15g}" for name, value in zip(names, mix, strict=True) if value)


def parse_mix(text: str, names: Sequence[str], counts: IntArray) -> list[float]:
    """Return the mix that an address has, one number a class.

    Raises:
        ClassMixError: it names another class, one without samples, or no number within 0..100.
    """
    asked: dict[str, float] = {}
    for part in text.split(","):
        name, _, value = part.rpartition(":")
        try:
            asked[unquote(name)] = float(value)
        except ValueError:
            raise ClassMixError(f"{part!r} is no class with a number") from None
    tested = {name for name, count in zip(names, counts, strict=True) if count}
    other = [name for name in asked if name not in tested]
    if other:
        raise ClassMixError(f"the test set has no class {other[0]!r}")
    if not all(0 <= value <= MOST for value in asked.values()):
        raise ClassMixError("how often a class occurs lies within 0..100")
    return [asked.get(name, 0.0) for name in names]


def even_mix(counts: IntArray) -> list[float]:
    """Return every class that was tested as often as every other."""
    return [START if count else 0.0 for count in counts]
