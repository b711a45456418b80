"""Files read and written safely: archives, npz arrays, spreadsheets, whole files."""
