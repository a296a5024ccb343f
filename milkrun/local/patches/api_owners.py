"""API Gateway: a REST API is reached by its id, whoever owns it.

The gap: an unsigned call finds only the APIs of the default account, a signed one only those of its signer.
AWS: an API's address names no account, and a method without authorization answers whoever calls it.
Conformance: tests/integration/local/test_api_gateway.py

Ids are random, so the first owner found is the only one. The caller's own account is still looked at first.
"""

from typing import Any

from milkrun.local.patches import hooks


def apply() -> None:
    """Look through all accounts."""
    hooks.when_imported(
        "ministack.services.apigateway_v1",
        lambda module: hooks.wrap(module, "find_api_scope", "api_id", lambda real: _find(real, module)),
    )


def _find(real: Any, service: hooks.Module) -> Any:
    def find(api_id: str) -> Any:
        own = real(api_id)
        if own is not None:
            return own
        scopes = (scope for scope, _ in service._rest_apis.all_items())
        return next(((account, region) for account, region, found in scopes if found == api_id), None)

    return find
