"""What the page of samples alone says in the address: other pages neither read it nor carry it along."""

import streamlit as st


def said(name: str) -> str | None:
    """Return what the address says of `name`."""
    value: str | None = st.query_params.get(name)
    return value


def say(**values: str | None) -> None:
    """Put values into the address; None takes one out."""
    for name, value in values.items():
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value
