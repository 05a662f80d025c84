"""The people: their posts, shifts and positions."""
