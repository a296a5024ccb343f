"""Not a gap but a window: one cheap answer that holds all names of the local cloud, for the edge to resolve.

`GET /_milkrun/names` lists the custom domains of API Gateway with their base path mappings and regional names, and the
records and health of Route 53, of all accounts. The edge could ask each account and Region by API; it asks often.
Test: tests/integration/local/test_edge.py
"""

import json
from typing import Any

from milkrun.local.patches import hooks

PATH = "/_milkrun/names"
_TYPES = ("A", "AAAA", "CNAME")


def apply() -> None:
    """Answer beside the emulator's own readiness question."""
    hooks.when_imported(
        "ministack.app",
        lambda app: hooks.wrap(app, "_handle_ready_request", "path request_id", _answer),
    )


def _answer(real: Any) -> Any:
    def answer(path: str, request_id: str) -> Any:
        if path != PATH:
            return real(path, request_id)
        body = json.dumps({"domains": _domains(), "records": _records()}).encode()
        return 200, {"Content-Type": "application/json", "x-amzn-requestid": request_id}, body

    return answer


def _domains() -> list[Any]:
    from ministack.services import apigateway_v1 as service  # type: ignore[import-not-found]  # noqa: PLC0415

    found = []
    for (account, region, name), domain in service._domain_names.all_items():
        mappings = service._base_path_mappings.get_scoped(account, region, name, {})
        found.append(
            {
                "name": name.lower(),
                "account": account,
                "region": region,
                "targets": [domain.get(key, "").lower() for key in ("regionalDomainName", "distributionDomainName")],
                "mappings": [
                    {"base_path": "" if path == "(none)" else path, "api": held["restApiId"], "stage": held["stage"]}
                    for path, held in mappings.items()
                ],
            }
        )
    return found


def _records() -> list[Any]:
    from ministack.services import route53 as service  # noqa: PLC0415

    zones = {(account, zone_id): zone for (account, zone_id), zone in service._zones._data.items()}
    found = []
    for (account, zone_id), records in list(service._records._data.items()):
        zone = zones.get((account, zone_id), {})
        found += [_record(service, account, zone, record) for record in records if record.get("Type") in _TYPES]
    return found


def _record(service: hooks.Module, account: str, zone: Any, record: Any) -> Any:
    alias = (record.get("AliasTarget") or {}).get("DNSName")
    targets = [alias] if alias else record.get("ResourceRecords", [])
    return {
        "name": record["Name"].rstrip(".").lower(),
        "zone": str(zone.get("name", "")).rstrip(".").lower(),
        "account": account,
        "targets": [target.rstrip(".").lower() for target in targets],
        "region": record.get("Region"),
        "failover": record.get("Failover"),
        "weight": record.get("Weight"),
        "healthy": _is_healthy(service, account, record.get("HealthCheckId")),
    }


def _is_healthy(service: hooks.Module, account: str, check_id: str | None) -> bool:
    """A check that follows an alarm is as healthy as the alarm; any other counts as healthy: nobody probes here."""
    from ministack.services import cloudwatch  # noqa: PLC0415

    check = service._health_checks._data.get((account, check_id), {}).get("config", {})
    if str(check.get("Disabled", "")).lower() == "true":
        return str(check.get("Inverted", "")).lower() != "true"
    followed = check.get("AlarmIdentifier") or {}
    alarm = cloudwatch._alarms.get_scoped(account, followed.get("Region", ""), followed.get("Name", "")) or {}
    healthy = bool(alarm.get("StateValue", "OK") != "ALARM")
    return healthy != (str(check.get("Inverted", "")).lower() == "true")
