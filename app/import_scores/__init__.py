"""The parts of the page Import scores: upload, preview, metadata, and the import itself."""
