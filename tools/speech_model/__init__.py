"""In: sentences written for this project. Out: the demonstration speech model.

`python -m tools.speech_model all` makes it, step by step; README.md in this folder says how long
that takes on what.
"""
