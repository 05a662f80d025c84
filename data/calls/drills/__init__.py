"""Drills (演练): calls as they are, and nobody is rung."""
