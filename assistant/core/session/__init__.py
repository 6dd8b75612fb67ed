"""In: events. Out: actions. Start at session.py; time is in timeline.py, rules in guard.py."""
