"""In: a command line. Out: an exit code; `python -m assistant` is the command `intervisie`."""

import sys


def main() -> int:
    """Run one command."""
    from assistant.cli.main import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
