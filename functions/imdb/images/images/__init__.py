"""The graphlet of images, and the address that serves those that are drawn."""
