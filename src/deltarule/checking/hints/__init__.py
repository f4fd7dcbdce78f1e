"""Known misconceptions, and the changes to a side that undo them."""
