"""In: this machine. Out: how fast the assistant is on it (`make bench`); nothing here is a test."""
