"""CloudWatch: an alarm watches its own metric, on its own, over its own periods.

The gap: dimensions are ignored, so that every function's errors raise every function's alarm; DatapointsToAlarm and
TreatMissingData are ignored; an alarm is judged only when somebody publishes a metric, never as time passes.
AWS: an alarm watches one metric, which namespace, name *and* dimensions identify; it is in ALARM when DatapointsToAlarm
of the last EvaluationPeriods breach; missing points are treated as TreatMissingData says; it is evaluated all the time.
Conformance: tests/integration/local/test_alarms.py

Known rest: periods end now instead of at the full minute, so an alarm may be found sooner than on AWS; no metric math,
no anomaly bands; actions only on SNS topics.
"""

import contextvars
import logging
import threading
import time
from typing import Any

from milkrun.local.patches import hooks
from milkrun.local.patches.alarm_rules import LOOK_BACK, OPERATORS, AlarmRule, breaches, period_of

_BEAT_SECONDS = 1.0
_log = logging.getLogger("milkrun.alarms")


def apply() -> None:
    """Replace the judgement and start the clock."""
    hooks.when_imported("ministack.services.cloudwatch", _patch)


def _patch(service: hooks.Module) -> None:
    hooks.wrap(service, "_evaluate_alarm", "alarm", lambda _: lambda alarm: evaluate(service, alarm))
    threading.Thread(target=_keep_evaluating, args=(service,), name="milkrun-alarms", daemon=True).start()


def evaluate(service: hooks.Module, alarm: Any) -> None:
    """Judge one alarm of the current account and Region, and act on a change."""
    if not alarm.get("MetricName") or alarm.get("ComparisonOperator") not in OPERATORS:
        return
    periods = int(alarm.get("EvaluationPeriods", 1))
    needed = int(alarm.get("DatapointsToAlarm") or periods)
    rule = AlarmRule(periods, needed, alarm.get("TreatMissingData") or "missing")
    values = _values(service, alarm, periods + LOOK_BACK)
    operator, threshold = alarm["ComparisonOperator"], float(alarm["Threshold"])
    judged = [None if value is None else breaches(operator, value, threshold) for value in values]
    old, new = alarm["StateValue"], rule.state_after(judged, alarm["StateValue"])
    if new == old:
        return
    reason = _reason(alarm, values, judged)
    alarm.update(StateValue=new, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    service._record_history(alarm["AlarmName"], old, new, reason)
    service._dispatch_alarm_actions(alarm, old, new, reason)
    service._evaluate_parent_alarms(alarm)


def _values(service: hooks.Module, alarm: Any, count: int) -> list[float | None]:
    dimensions = service._dims_key(service._dims_from_list(alarm.get("Dimensions") or []))
    points = service._metrics.get((alarm["Namespace"], alarm["MetricName"], dimensions), [])
    now, period = time.time(), int(alarm.get("Period", 60))
    bins: list[list[Any]] = [[] for _ in range(count)]
    for point in list(points):
        ago = period_of(point["Timestamp"], now, period)
        if 0 <= ago < count:
            bins[ago].append(point)
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
    return [service._stat_value(service._calc_stats(found), statistic, found) if found else None for found in bins]


def _reason(alarm: Any, values: list[float | None], judged: list[bool | None]) -> str:
    shown = ", ".join(f"{value:g}" for value in values if value is not None) or "none"
    return (
        f"Threshold Crossed: {sum(bool(point) for point in judged)} of the recent datapoints ({shown}) "
        f"are {alarm['ComparisonOperator']} {alarm['Threshold']}"
    )


def _keep_evaluating(service: hooks.Module) -> None:
    while True:
        time.sleep(_BEAT_SECONDS)
        for (account, region, _name), alarm in service._alarms.all_items():
            contextvars.Context().run(_evaluate_in, service, account, region, alarm)


def _evaluate_in(service: hooks.Module, account: str, region: str, alarm: Any) -> None:
    from ministack.core.responses import (  # type: ignore[import-not-found]  # noqa: PLC0415
        set_request_account_id,
        set_request_region,
    )

    set_request_account_id(account)
    set_request_region(region)
    try:
        service._evaluate_alarm(alarm)
    except Exception:  # noqa: BLE001 - the clock must go on for all other alarms
        _log.exception("alarm %s of %s cannot be judged", alarm.get("AlarmName"), account)
