"""The schema manager: composes what the graphlets publish, checks it against live clients, keeps every version."""
