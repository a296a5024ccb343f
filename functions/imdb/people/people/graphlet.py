"""The graphlet: answers the gateway's invocations. The contract is schema.graphql beside the template."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.errors import MilkrunError
from milkrun_core.logs import follow, module_logger
from milkrun_graph.subgraph import Subgraph
from milkrun_graph.subgraph.entry import lambda_handler

from people.resolvers import REFERENCES, RESOLVERS, SCHEMA
from people.wiring import live_people

logger = module_logger()


def log_fault(error: Exception, coordinate: str) -> None:
    logger.error("field failed", exc_info=error, extra={"error": type(error).__name__, "coordinate": coordinate})


subgraph = Subgraph(SCHEMA.read_text(encoding="utf-8"), RESOLVERS, REFERENCES, told=(MilkrunError,), log=log_fault)
answer = lambda_handler(subgraph, lambda _headers: live_people(), faults=frozenset({"Unavailable"}))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes both
    follow(logger, event.get("headers") or {})
    response = answer(event)
    logger.info("graphlet answered", extra={"field_errors": len(response.get("errors", ()))})
    return response
