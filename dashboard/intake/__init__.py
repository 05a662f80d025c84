"""The queue before the store: whose turn it is, what goes through together, the answer to each."""
