"""In: speech probabilities and draft texts. Out: where utterances lie, and what is believed."""
