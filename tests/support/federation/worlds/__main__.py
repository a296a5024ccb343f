"""`python -m tests.support.federation.worlds SEED [plain]` prints the world of a seed as the property tests draw it."""

import sys

from tests.support.federation.worlds import Scene


def main(seed: str, *kinds: str) -> None:
    scene = Scene.draw(int(seed), plain="plain" in kinds)
    for graph, sdl in scene.sdls.items():
        sys.stdout.write(f"# {graph}\n{sdl}\n\n")
    sys.stdout.write(f"{scene.supergraph}\n\n{scene.facts}\n")
    for _ in range(4):
        sys.stdout.write(f"\n{scene.operation()}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
