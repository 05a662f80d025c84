"""What phone apps send, as rows of POST /api/positions: pure functions, one file per protocol."""
