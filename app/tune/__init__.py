"""The parts of the page Tune in addition to the console: save and export of the operating point."""
