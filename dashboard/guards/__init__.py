"""Before every request: who asks, whose page, how large a body, what an answer says."""
