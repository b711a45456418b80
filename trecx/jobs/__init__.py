"""Scoring jobs of known models: started by a page, run one at a time in a process of their own."""
