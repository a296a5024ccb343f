"""The rules of the graphlet of ratings, pure."""
