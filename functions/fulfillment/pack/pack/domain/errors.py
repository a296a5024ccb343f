"""What can be wrong with an order to pack, under the shared errors that decide the answer."""

from milkrun_core.errors import Conflict, MilkrunError, NotFound, Unprocessable


class UnknownFulfilmentCentre(NotFound):
    """This cell packs nothing for that FC: it has no box catalogue here."""


class PlanNotFound(NotFound):
    """No such packing plan at this FC."""


class ItemFitsNoBox(Unprocessable):
    """An item is too large or too heavy for every box of the FC."""


class OrderTooComplex(Unprocessable):
    """No plan was found within the time that a request may take."""


class OrderAlreadyPlanned(Conflict):
    """The same order was planned before with other content."""


class BoxesChangedMeanwhile(Conflict):
    """The box catalogue is no longer the version that the writer had read."""


class InvalidPlacement(MilkrunError):
    """The packer's answer breaks a rule of placement: a fault of ours, and it must not leave the house."""
