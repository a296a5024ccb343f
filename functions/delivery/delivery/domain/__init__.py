"""The rules of a release, pure: no clock, no network, no environment, no AWS."""
