"""The edge: one port that stands for DNS and the API front, so that `curl http://cell-1.fulfillment.localhost:8080/…` just works."""
