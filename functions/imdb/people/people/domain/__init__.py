"""The rules of the graphlet of people, pure."""
