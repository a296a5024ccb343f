"""The graphlet of titles: what they are called, when they came out, what kind they are, and who made them."""
