"""The dashboard: the Streamlit user interface of the library; all computation is in `trecx`."""
