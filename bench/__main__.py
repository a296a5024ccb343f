"""`make bench`: print the figures of this repository, or those named: ``python -m bench up``.

Only by name run ``graph``, which installs other gateways from npm and needs wrk, and ``gateway``, which looks at the
local cloud that `make up` started.
"""

import sys

from bench import catalogue, checks, gateway, graph, up

SECTIONS = {"up": up.run, "checks": checks.run, "catalogue": catalogue.run, "gateway": gateway.run, "graph": graph.run}


def main() -> int:
    wanted = sys.argv[1:] or [name for name in SECTIONS if name not in ("graph", "gateway")]
    if unknown := [name for name in wanted if name not in SECTIONS]:
        sys.stderr.write(f"error: no section {', '.join(unknown)}; there are: {', '.join(SECTIONS)}\n")
        return 2
    for name in wanted:
        SECTIONS[name]()
    return 0


sys.exit(main())
