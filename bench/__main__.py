"""`make bench`: print every figure, or those named: ``python -m bench up``."""

import sys

from bench import checks, up

SECTIONS = {"up": up.run, "checks": checks.run}


def main() -> int:
    wanted = sys.argv[1:] or list(SECTIONS)
    if unknown := [name for name in wanted if name not in SECTIONS]:
        sys.stderr.write(f"error: no section {', '.join(unknown)}; there are: {', '.join(SECTIONS)}\n")
        return 2
    for name in wanted:
        SECTIONS[name]()
    return 0


sys.exit(main())
