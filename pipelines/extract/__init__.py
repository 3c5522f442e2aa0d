"""Where bytes come from, and the raw store that keeps them for ever."""
