"""Ways to a person's device, each a `data.calls.channel.Channel`."""
