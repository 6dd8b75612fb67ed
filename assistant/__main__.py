"""`python -m assistant` is the command `intervisie`."""
