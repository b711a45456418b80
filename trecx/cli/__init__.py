"""The command line: one module for each group of commands; the `printing` modules print the results."""

from trecx.cli.commands import main

__all__ = ["main"]
