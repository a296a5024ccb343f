"""The operator command line and the local cloud."""
