"""Entry point of `python -m trecx`."""

from trecx.cli import main

main()
