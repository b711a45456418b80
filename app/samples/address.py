"""Address parameters of the page Samples; no other page reads them."""

import streamlit as st


def said(name: str) -> str | None:
    """Return the value of `name` in the address."""
    value: str | None = st.query_params.get(name)
    return value


def say(**values: str | None) -> None:
    """Put values into the address; None removes one."""
    for name, value in values.items():
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value
