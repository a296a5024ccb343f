"""What the gateway decides without clock, network or AWS."""
