"""What the pages need from outside."""

from collections.abc import Mapping
from typing import Any, Protocol

from web.domain.answer import Answer
from web.questions import Question
from web.tracing import Trace


class Graph(Protocol):
    """The catalogue's graph."""

    def ask(self, question: Question, variables: Mapping[str, Any], trace: Trace) -> Answer:
        """The answer, whole or in part. Raises GatewayAway or GatewayRefused where there is none."""
