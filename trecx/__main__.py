"""Entry point of `python -m trecx`."""

import sys

try:
    from trecx.cli import main

    main()
except KeyboardInterrupt:  # while Python still loads the libraries
    print("Stopped.", file=sys.stderr)
    sys.exit(130)
