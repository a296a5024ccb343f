"""Publishes schema.graphql to the registry when the stack is deployed."""

from milkrun_graph.subgraph.publisher import publisher

from ratings.resolvers import SCHEMA

handler = publisher("ratings", SCHEMA)
