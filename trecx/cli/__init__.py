"""The command line: one file per group of commands, with printing beside them."""

from trecx.cli.commands import main

__all__ = ["main"]
