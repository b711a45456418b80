"""A custom class mix: a slider and a number per class, with a live effect on the console."""

from collections.abc import Sequence
from urllib.parse import quote, unquote

import streamlit as st

from app.live.assets import script, style
from trecx.errors import ClassMixError
from trecx.scores import IntArray

START = 10.0  # initial value of every class
MOST = 100.0


def own_mix(names: Sequence[str], counts: IntArray, start: Sequence[float]) -> list[float]:
    """Let the user set the relative frequency of each class; return it, 0..100 per class.

    Args:
        names: names of the classes.
        counts: samples of each class in the test set; a class without samples cannot be set.
        start: the initial mix.
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
    """Return the session key of the sliders of these classes."""
    return f"own mix of {' '.join(names)}"


def spell_mix(names: Sequence[str], mix: Sequence[float]) -> str:
    """Return a mix as text for the address, "silence:60,unknown:30"; other classes have the share 0."""
    return ",".join(f"{quote(name)}:{value:.15g}" for name, value in zip(names, mix, strict=True) if value)


def parse_mix(text: str, names: Sequence[str], counts: IntArray) -> list[float]:
    """Return the mix in an address, one number per class.

    Raises:
        ClassMixError: a class is unknown or has no samples, or a number is not within 0..100.
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
    """Return the mix with equal shares of all classes that have samples."""
    return [START if count else 0.0 for count in counts]
