"""The demonstration: a good release and a bad one under steady traffic."""
