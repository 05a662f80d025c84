"""The parts that pages are made of: Dash components without behaviour of their own."""
