"""In: events. Out: actions. No clock, thread, file or device in here."""
