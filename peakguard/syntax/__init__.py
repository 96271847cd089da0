"""Text to nodes: YAML and TOML, both with the place of every key and value."""
