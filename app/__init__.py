"""The dashboard: Streamlit, and nothing that the library could do without it."""
