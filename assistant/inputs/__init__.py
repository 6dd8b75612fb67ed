"""In: the world. Out: events."""
