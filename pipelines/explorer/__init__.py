"""A local, read-only web app on the published file: filter, search, read with evidence, cite, take away."""
