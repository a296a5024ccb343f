"""Rules of the pages: what an answer of the graph means, and how its facts are worded. Pure."""
