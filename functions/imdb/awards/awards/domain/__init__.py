"""The rules of the graphlet of awards, pure."""
