"""The 199 cases of the public federation audit, judged as it judges: data deeply equal, errors where it wants them.

Beyond the audit, the subgraphs must have found nothing wrong with what they were asked.
"""

from typing import Any

import orjson
import pytest
from milkrun_graph.executor import Gateway, Request

from tests.support.federation import AuditSuite, Case, InProcess

SUITES = {name: AuditSuite.load(name) for name in AuditSuite.names()}
CASES = [case for suite in SUITES.values() for case in suite.cases]


async def asked(case: Case) -> tuple[dict[str, Any], InProcess]:
    suite = SUITES[case.suite]
    transport = suite.transport()
    response = await Gateway(suite.supergraph, transport).execute(Request(case.query))
    return orjson.loads(response.body), transport


def test_all_of_the_audit_is_here() -> None:
    assert (len(SUITES), len(CASES)) == (46, 199)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.suite}-{case.number}")
async def test_the_gateway_answers_as_the_audit_expects(case: Case) -> None:
    answer, transport = await asked(case)
    assert transport.complaints == []
    assert answer.get("data") == case.data
    if case.fails:
        assert answer.get("errors")
