"""The catalogue's pages: one question to the graph, one document to the reader."""
