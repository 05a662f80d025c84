"""Pure functions from figures of the town to plotly figures."""
