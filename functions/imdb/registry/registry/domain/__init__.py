"""Rules of the registry: what a step makes of its state, and how usage adds up."""
