"""The store under crashes: the notes of each tier say what it shows and what it does not."""
