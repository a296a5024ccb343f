"""The rules of the graphlet of titles, pure."""
