"""The map as Dash sees it: the frame, and the table of layers that can be switched."""
