"""The API schema: what clients of a supergraph see, and introspection over it."""
