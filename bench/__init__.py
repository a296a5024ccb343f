"""How fast milkrun is, as figures that a command prints; nothing here fails because a machine is slow."""
