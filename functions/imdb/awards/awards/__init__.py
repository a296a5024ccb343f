"""The graphlet of awards: what titles and people were given, and for what they were nominated."""
