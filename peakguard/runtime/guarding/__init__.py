"""Guards around functions that nobody edits: where they stand, what wraps them, and how they come off again."""
