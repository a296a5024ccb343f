"""The steps of the release machines: what happens at each stop of a release, and where it is written down."""
