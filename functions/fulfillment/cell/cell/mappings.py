"""Which services answer under the cell's domain name: its API mappings, asked of API Gateway."""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from milkrun_core.errors import Unavailable

FRESH_SECONDS = 30.0


class ApiMappings:
    """The mappings of one domain name, asked at most twice a minute: API Gateway allows few such calls."""

    def __init__(self, apigateway: Any, domain_name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._apigateway = apigateway
        self._domain_name = domain_name
        self._clock = clock
        self._services: tuple[str, ...] = ()
        self._asked_at: float | None = None

    def services(self) -> tuple[str, ...]:
        """First parts of the paths that lead to a service, in alphabetical order."""
        if self._asked_at is None or self._clock() - self._asked_at > FRESH_SECONDS:
            self._services = tuple(sorted(self._ask()))
            self._asked_at = self._clock()
        return self._services

    def _ask(self) -> list[str]:
        try:
            pages = self._apigateway.get_paginator("get_base_path_mappings").paginate(domainName=self._domain_name)
            paths = [mapping["basePath"] for page in pages for mapping in page.get("items", [])]
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(
                "API Gateway did not say which services the cell has", domain=self._domain_name
            ) from error
        return [path for path in paths if path not in ("", "(none)")]
