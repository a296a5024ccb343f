"""What makes an account a cell, and the one page that says which cell it is."""
