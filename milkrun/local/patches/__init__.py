"""Where the emulator differs from AWS in a way that would bend production code, it is mended here, in memory.

One file per gap. Each wraps functions of the pinned version, checks first that they are what it expects, and names the
conformance test that states AWS's behavior: the day that the test passes without the patch, the patch goes.
"""

from pathlib import Path

from milkrun.local.patches import (
    alarms,
    api_events,
    api_metrics,
    api_owners,
    change_sets,
    child_executions,
    global_tables,
    lambda_environments,
    lambda_errors,
    lambda_metrics,
    lambda_missing_code,
    lambda_scaling,
    lambda_unpacking,
    map_failures,
    metric_points,
    names,
    weighted_aliases,
)

# Imported at the start, so that a patch that does not fit stops it, instead of the first request. The emulator's
# CloudFormation is not among them: it takes seconds to import.
BUSIEST = (
    "ministack.services.lambda_svc",
    "ministack.services.cloudwatch",
    "ministack.services.stepfunctions",
    "ministack.services.apigateway_v1",
)


def apply_all(state: Path) -> None:
    """Have every patch take hold as the modules that it concerns are imported."""
    lambda_errors.apply(state)
    for patch in (
        lambda_environments,
        lambda_scaling,
        lambda_unpacking,
        lambda_missing_code,
        metric_points,
        lambda_metrics,
        weighted_aliases,
        map_failures,
        child_executions,
        alarms,
        api_owners,
        api_events,
        api_metrics,
        global_tables,
        change_sets,
        names,
    ):
        patch.apply()
