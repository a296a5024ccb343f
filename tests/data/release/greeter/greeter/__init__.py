"""The service of the tests of the release machines."""
