"""House rules for templates, as rules of cfn-lint: what every stack here promises, checked before it is deployed."""
