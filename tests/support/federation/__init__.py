"""Subgraphs of our own: served from a data set, honest about what their schema lets them know.

`AuditSuite.load(name)` gives one suite of the federation audit: its supergraph, its cases and a transport.
"""

from tests.support.federation.suite import AuditSuite, Case
from tests.support.federation.transport import InProcess, Seen

__all__ = ["AuditSuite", "Case", "InProcess", "Seen"]
