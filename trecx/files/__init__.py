"""Reads and writes files safely: archives, npz arrays, spreadsheets, atomic files."""
