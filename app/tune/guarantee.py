"""What would have happened: the naive and the guaranteed choice of ρ over many random splits."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.cache import exit_scores, simulations
from app.live.wish import GUARANTEE, Wish
from app.shared.charts import show
from app.shared.plain_text import plain
from trecx.datasets.tasks import task_of
from trecx.errors import TrecxError
from trecx.figures.random_splits import random_splits_figure
from trecx.glossary import definition
from trecx.store import Store
from trecx.store.run_context import answers_of
from trecx.threshold.resampling.random_splits import ChoiceOverSplits, RandomSplits, random_splits

USUAL = 0.9  # probability of the guarantee that is simulated if none is selected
N_SPLITS = 200
HEIGHT = 300  # pixels
SIMULATING = "Splits simulated:"
HELP = (
    f"{definition('guarantee')} The samples are split at random into two halves, many times. On the "
    "calibration half, ρ is chosen twice: naive, so that the limit is met as measured there, and guaranteed. "
    "The limit is broken if the loss on all samples is above it; FLOPs are those of the held-out half."
)


def show_simulation(store: Store, wish: Wish) -> None:
    """Show the panel of the simulation, if a limit on accuracy or on lost samples is set."""
    try:
        if not wish.given or len(wish.limits.accuracy_limits) != 1:
            return
        asked = wish if wish.guarantee else replace(wish, asked={**wish.asked, GUARANTEE: USUAL})
    except TrecxError:
        return  # the console says why these limits cannot be used

    def panel() -> None:
        st.markdown("**What would have happened**", help=HELP)
        found, place = simulations(asked), st.empty()
        if not found and not place.button(f"Simulate {N_SPLITS} splits", key="simulate"):
            st.caption(_about(wish))
            return
        try:
            if not found:
                found.append(_simulated(store, asked, place.progress(0.0, SIMULATING)))
        except TrecxError as error:
            st.info(plain(f"The splits cannot be simulated: {error}."))
            return
        finally:
            place.empty()
        _show(found[0], wish)

    st.fragment(panel)()  # a click draws this part only


def _about(wish: Wish) -> str:
    noun = task_of(wish.run.task, wish.run.noun).noun
    usual = "" if wish.guarantee else f" The guaranteed choice has {100 * USUAL:g} % probability."
    return (
        f"Splits all {noun}s at random {N_SPLITS} times, chooses ρ on one half, and tells how often the "
        f"limit is broken.{usual}"
    )


def _simulated(store: Store, wish: Wish, bar: DeltaGenerator) -> RandomSplits:
    if wish.guarantee is None:
        raise ValueError("wish must have a guarantee, got none")
    baseline = store.baseline_of(wish.run)
    scores = answers_of(store, wish.run, wish.criterion)
    right = answers_of(store, baseline).correct[:, -1] if baseline else None

    def move(_: str, done: int, total: int | None) -> None:
        bar.progress(done / (total or 1), f"{SIMULATING} {done:,}")

    return random_splits(
        scores,
        exit_scores(wish.run, wish.store_name).sample_names,
        wish.candidates,
        right,
        wish.limits,
        wish.guarantee,
        conditions=wish.shown.conditions,
        class_shares=wish.class_shares,
        baseline_flops=float(baseline.exit_flops[-1]) if baseline else None,
        n_splits=N_SPLITS,
        progress=move,
    )


def _show(found: RandomSplits, wish: Wish) -> None:
    words = simulation_words(found)
    st.markdown(words)
    show(random_splits_figure(found), "random-splits", words.replace("*", ""), HEIGHT)
    kept = ""
    if group := found.kept_together:
        kept = (
            f" All samples of a {group} stay in one half; as they are alike, a guarantee can be broken more "
            f"often for new {group}s than its probability says."
        )
    usual = f" No guarantee is selected; {100 * USUAL:g} % probability is used." if not wish.guarantee else ""
    st.caption(
        f"{found.n_splits:,} splits of {found.n_samples:,} {task_of(wish.run.task, wish.run.noun).noun}s: "
        f"{found.method}.{kept} The limit is broken if the loss on all of them is above it.{usual}"
    )


def simulation_words(found: RandomSplits) -> str:
    """Return how often both choices broke the limit, and what they save, in two sentences."""
    return (
        f"The naive ρ **broke the limit in {100 * found.naive.share_broken:.1f} %** of the splits and "
        f"{_saved(found.naive, found.reference)}. The ρ that is guaranteed with "
        f"{100 * found.guarantee.probability:.6g} % probability **broke it in "
        f"{100 * found.guaranteed.share_broken:.1f} %** and {_saved(found.guaranteed, found.reference)}."
    )


def _saved(choice: ChoiceOverSplits, reference: str) -> str:
    if choice.mean_saving is None:
        return "was not found in any of them"
    mean = 100 * choice.mean_saving
    saves = f"saved {mean:.1f} %" if mean >= 0 else f"cost {-mean:.1f} % more"
    of = f"of the {reference}'s FLOPs" if mean >= 0 else f"FLOPs than the {reference}"
    none = f" where it was found; in {choice.n_none:,} splits it was not" if choice.n_none else ""
    return f"{saves} {of}{none}"
