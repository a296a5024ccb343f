"""Errors that an operator can act on.

MilkrunError              exit code 1   something went wrong; the message says what to do next
├── FleetInvalid          exit code 2   fleet.yaml says something that cannot be
├── CloudUnavailable      exit code 3   the local cloud, or AWS, does not answer
└── CommandFailed         exit code 4   a program that we called (sam, uv) failed

The command line prints the message alone and ends with the exit code; anything else is a bug and shows its trace.
"""

from typing import ClassVar


class MilkrunError(Exception):
    """The base of everything that the command line reports in one clear sentence."""

    exit_code: ClassVar[int] = 1


class FleetInvalid(MilkrunError):
    """fleet.yaml, or what overrides it, names something that is not there or cannot be."""

    exit_code = 2


class CloudUnavailable(MilkrunError):
    """Nobody answers at the endpoint."""

    exit_code = 3


class CommandFailed(MilkrunError):
    """A program that we called ended with an error."""

    exit_code = 4
