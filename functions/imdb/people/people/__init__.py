"""The graphlet of people: their names, years and professions, and what they are known for."""
