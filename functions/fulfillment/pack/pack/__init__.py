"""Chooses boxes for an order and places every item in them."""
