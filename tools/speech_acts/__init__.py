"""In: utterances with labels, written for this project. Out: the model that tells speech acts apart."""
