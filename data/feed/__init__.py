"""What the live feed reads, as the system actor: the feed itself cuts it into scopes."""
