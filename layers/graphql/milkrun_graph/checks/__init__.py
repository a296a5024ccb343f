"""Schema checks: what changes between two versions of an API, and which recorded operations feel it."""
