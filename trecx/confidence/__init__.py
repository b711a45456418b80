"""Whether confidence can be trusted: how it is spread, calibrated and scaled, and what it tells apart."""
