"""What the server of the dashboard adds to Streamlit's, so that a page is there at once.

- preparation.py: what pages need, imported while the browser loads Streamlit's front end;
- head.py: what the page of HTML names, so that the browser loads it early;
- plotly_script.py: the script of the plotly package under an address that never changes;
- prompt_sending.py: answers and messages that do not wait for each other.
"""
