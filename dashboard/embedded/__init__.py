"""The private PostGIS: found or brought, started, adopted and stopped. One call: `ensure(home)`."""

from dashboard.embedded.errors import EmbeddedError
from dashboard.embedded.store import Store, ensure, find_running, runs, stop

__all__ = ["EmbeddedError", "Store", "ensure", "find_running", "runs", "stop"]
