"""Version 2, the first that can be upgraded: one row per sample, score and outcome."""

revision = "2"
down_revision = None


def upgrade() -> None:
    """Do nothing: a database of version 2 is where the steps start."""
