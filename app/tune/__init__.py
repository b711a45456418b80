"""The parts of the Tune page beside the console: saving and exporting the operating point."""
