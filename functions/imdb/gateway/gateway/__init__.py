"""The gateway of the catalogue: one GraphQL endpoint over all graphlets, whatever they are at the moment."""
