"""`python -m deltarule` is the command `deltarule`."""

import sys

from deltarule.commands import main

if __name__ == "__main__":
    sys.exit(main())
