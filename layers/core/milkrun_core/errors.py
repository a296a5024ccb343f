"""Errors that cross a module's boundary.

MilkrunError         500   a fault of ours
├── InvalidRequest   400   the caller can fix it
│   └── Unprocessable 422  well formed, but it cannot be done as asked
├── NotFound         404   there is no such thing here
├── Conflict         409   somebody else was first; read again, then decide
└── Unavailable      503   nothing is wrong with the request; try again later

A class name is public: it is the ``code`` of an HTTP problem and the name that a state machine catches with
``ErrorEquals``.  Rename one as you would rename an endpoint.  Modules add names below these, never statuses.
"""

from http import HTTPStatus
from typing import Any, ClassVar


class MilkrunError(Exception):
    """What went wrong, for the person who must act, and the facts as keyword arguments."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    @property
    def code(self) -> str:
        return type(self).__name__

    def as_problem(self) -> dict[str, Any]:
        """RFC 9457 problem details; the facts are extension members and never shadow the standard ones."""
        standard = {
            "type": f"urn:milkrun:problem:{self.code}",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.message,
            "code": self.code,
        }
        return standard | {name: fact for name, fact in self.details.items() if name not in standard}


class InvalidRequest(MilkrunError):
    """The caller can fix it: ``errors`` names each field and its reason."""

    status = HTTPStatus.BAD_REQUEST


class Unprocessable(InvalidRequest):
    """Well formed, but it cannot be done as asked."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NotFound(MilkrunError):
    """There is no such thing here."""

    status = HTTPStatus.NOT_FOUND


class Conflict(MilkrunError):
    """Somebody else was first; read again, then decide."""

    status = HTTPStatus.CONFLICT


class Unavailable(MilkrunError):
    """Nothing is wrong with the request; try again later."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
