"""The answer to limits on a run, as the console gives it."""

from app.live.budget import answer
from app.live.wish import Wish
from trecx.store import Store
from trecx.store.run_context import load_context
from trecx.threshold.exit_criteria import LARGEST


def wish_for(name, asked, int8=False, context=None, criterion=LARGEST, **setting):
    """Limits on a run of the shipped store; `setting`: of `load_context`."""
    store = Store()
    run = store.find_run(name)
    shown = context or load_context(store, run, criterion=criterion, **setting)
    return Wish(asked, run, store.name, shown, criterion, int8)


def answer_of(name, asked, int8=False, context=None, interval=None, **setting):
    """The answer to limits on a run of the shipped store."""
    return answer(wish_for(name, asked, int8, context, **setting), interval)
