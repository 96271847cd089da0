"""Documents that follow from the policies: Markdown, JSON Schema. Never from compiled policies."""
