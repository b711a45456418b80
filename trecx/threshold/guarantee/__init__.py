"""A ρ whose loss stays within a limit with a stated probability over the draw of the calibration samples."""
