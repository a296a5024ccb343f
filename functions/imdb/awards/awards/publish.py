"""Publishes schema.graphql to the registry when the stack is deployed."""

from milkrun_graph.subgraph.publisher import publisher

from awards.resolvers import SCHEMA

handler = publisher("awards", SCHEMA)
