"""One click calls staff: durable sessions, their attempts, and who is to be rung."""
