"""One threshold per early exit: what it decides, and which thresholds are best."""
