"""`python -m stacksets` is the command `stacksets`."""

from __future__ import annotations

import sys

from stacksets.cli import main

if __name__ == "__main__":
    sys.exit(main())
