"""The edge: one port that stands for DNS and the API front.

`curl http://cell-1.fulfillment.localhost:8080/pack/…` just works, as https would on AWS.
"""
