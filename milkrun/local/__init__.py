"""The local cloud: an embedded AWS on this machine, and the one port through which its services are reached."""
