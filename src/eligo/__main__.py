"""`python -m eligo` is `eligo`."""

import sys

from eligo.cli import main

if __name__ == "__main__":
    sys.exit(main())
