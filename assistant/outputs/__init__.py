"""In: actions. Out: the world: sound, screen, files."""
