"""Everything that can go wrong here, as one small tree.

GraphError
├── SupergraphInvalid    the supergraph cannot be read, or asks for a feature that this gateway does not know
├── PlanningFailed       no fetches answer the operation, or finding them would take too long
├── RequestRefused       the request itself is wrong: syntax, validation, variables, limits
└── CompositionFailed    the subgraphs do not make a supergraph

``code`` is public: it is what a client finds under ``extensions.code``.
"""


class GraphError(Exception):
    """The root of the tree."""

    code = "INTERNAL_SERVER_ERROR"


class SupergraphInvalid(GraphError):
    """The document is not a supergraph that this library can serve."""

    code = "INVALID_SUPERGRAPH"


class PlanningFailed(GraphError):
    """The operation is valid, and yet there is no plan for it. ``path`` leads to the field that has none."""

    code = "QUERY_PLANNING_FAILED"

    def __init__(self, message: str, path: tuple[str, ...] = (), code: str = code) -> None:
        super().__init__(message)
        self.path = path
        self.code = code


class RequestRefused(GraphError):
    """The client can fix it. Nothing was sent to any subgraph."""

    code = "BAD_REQUEST"


class CompositionFailed(GraphError):
    """The subgraphs contradict each other."""

    code = "COMPOSITION_FAILED"
