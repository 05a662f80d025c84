"""The private PostGIS: found or brought, started, adopted and stopped. One call: `ensure(home)`."""

from dashboard.embedded.errors import EmbeddedError
from dashboard.embedded.external import Store
from dashboard.embedded.store import ensure, find_running, runs, stop

__all__ = ["EmbeddedError", "Store", "ensure", "find_running", "runs", "stop"]
