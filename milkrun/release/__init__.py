"""Releases, as an operator has them: build an artifact, start a release of it, watch it, look back."""
