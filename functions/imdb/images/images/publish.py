"""Publishes schema.graphql to the registry when the stack is deployed."""

from milkrun_graph.subgraph.publisher import publisher

from images.resolvers import SCHEMA

handler = publisher("images", SCHEMA)
