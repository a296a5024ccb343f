"""A GraphQL supergraph in pure Python: reading, planning, execution, composition and checks."""
