"""In: the entries of a journal. Out: the record of a session, and what a report shows of it."""
