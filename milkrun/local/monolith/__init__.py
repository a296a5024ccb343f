"""The old catalogue service: what there was before the graphlets, and what some of them still stand in front of.

One process, one REST API for everything, its data read at start: nobody would build it today, and nobody has to touch
it for its successors to take over.
"""
