"""Where samples come from, how they are checked, and how one is shown."""
