"""`python -m eligo` is `eligo`: a light module, so that an interrupt while the rest is imported shows no traceback."""

import signal
import sys


def main() -> int:
    """Import the commands and run one; until then an interrupt ends the process as the system does."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from eligo import cli  # late: so that the above holds for its import too

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
