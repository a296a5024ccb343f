"""Builds the live gateway, once per execution environment."""

import os
from collections.abc import Mapping
from functools import lru_cache
from logging import getLogger

from milkrun_core.logs import module_logger
from milkrun_graph.executor.http import HttpTransport
from milkrun_graph.executor.invocation import SCHEME, LambdaAccess, LambdaTransport
from milkrun_graph.executor.resilience import RetryPolicy
from milkrun_graph.executor.sigv4 import Credentials
from milkrun_graph.executor.transports import Carrier

from gateway.auth import Pool, PoolKeys, Tokens
from gateway.calls import Endpoint, SignedCalls
from gateway.engine import GraphEngine, Plan
from gateway.front import Front
from gateway.settings import GatewaySettings
from gateway.source import RegistryBucket
from gateway.supergraphs import Supergraphs
from gateway.telemetry import Identity, Telemetry
from gateway.usage import Usage, UsageQueue

logger = module_logger()


def public(service: str, region: str) -> str:
    """The public endpoint of a service in a Region."""
    return f"https://{service}.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")


def endpoint(environment: Mapping[str, str], service: str, region: str) -> Endpoint:
    """Where a service is, as the SDKs would find it."""
    return Endpoint(service, region, environment.get("AWS_ENDPOINT_URL") or public(service, region))


@lru_cache
def live_front() -> Front:
    """The gateway as deployed.  Raises SettingInvalid."""
    environment = os.environ
    settings = GatewaySettings.read(environment)
    # What the library logs has the form of what we log.
    getLogger("milkrun_graph").handlers = logger.handlers
    getLogger("milkrun_graph").propagate = False
    access = LambdaAccess.from_environment(environment)
    identity = Identity(environment.get("POWERTOOLS_SERVICE_NAME", ""), settings.cell, settings.release)
    telemetry = Telemetry(identity, settings.owners)
    sqs = _signed(environment, "sqs", access)
    usage = Usage(UsageQueue(sqs, settings.usage_queue_url), logger, settings.usage_seconds, telemetry.load)
    plan = Plan(
        carriers=lambda: _carriers(access),
        options=settings.options,
        breaker=settings.breaker,
        retries=RetryPolicy(attempts=settings.retry_attempts),
        only_known=settings.only_known,
        telemetry=telemetry,
        tally=lambda: usage.tally,
    )
    source = RegistryBucket(_signed(environment, "s3", access), settings.registry_bucket)
    supergraphs = Supergraphs(source, lambda content: GraphEngine(content, plan), logger, settings.poll_seconds)
    tokens = _tokens(environment, settings)
    return Front(settings.options, settings.cors, supergraphs, tokens, telemetry=telemetry, usage=usage, log=logger)


def _signed(environment: Mapping[str, str], service: str, access: LambdaAccess) -> SignedCalls:
    credentials: Credentials = access.credentials
    return SignedCalls(endpoint(environment, service, access.region), credentials)


def _carriers(access: LambdaAccess) -> dict[str, Carrier]:
    over_http = HttpTransport()
    return {SCHEME: LambdaTransport(access), "http": over_http, "https": over_http}


def _tokens(environment: Mapping[str, str], settings: GatewaySettings) -> Tokens:
    issuer = f"{public('cognito-idp', settings.region)}/{settings.user_pool_id}"
    keys = PoolKeys(
        endpoint(environment, "cognito-idp", settings.region).url, f"/{settings.user_pool_id}/.well-known/jwks.json"
    )
    return Tokens(Pool(issuer, settings.user_pool_clients), keys)
