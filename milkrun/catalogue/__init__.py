"""The film catalogue's files: read them, check them, load them into the graphlets that own the data."""
