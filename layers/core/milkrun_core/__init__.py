"""Mechanism that every module shares: errors, settings, AWS clients, logs, problem details. No business word in it."""
