"""Publishes schema.graphql to the registry when the stack is deployed."""

from milkrun_graph.subgraph.publisher import publisher

from people.resolvers import SCHEMA

handler = publisher("people", SCHEMA)
