"""Scorings of known models, asked for by a page and done one at a time in processes of their own."""
