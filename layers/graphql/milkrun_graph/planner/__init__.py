"""The query planner: an operation over the supergraph becomes requests to subgraphs."""
