"""In: text as it was heard. Out: speech acts and commands."""
