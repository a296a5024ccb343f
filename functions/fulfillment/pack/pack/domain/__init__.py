"""The rules of packing, pure: no clock, network, environment or AWS."""
