"""In: nothing. Out: tools for those who build the project; users need none of it."""
