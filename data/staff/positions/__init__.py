"""Positions of people: from a body's rows to stored fixes, by a visible list of steps."""
