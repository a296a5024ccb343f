"""The graphlet of ratings: what people think of a title, on average and weighted by how many they are."""
