"""Whether one region alone carries the whole load, and the page that says so."""
