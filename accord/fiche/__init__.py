"""The page of the agreement: every fact with its source, published beside computed, in one shape."""
