"""What went wrong, kept on disk: an append-only journal of events that many processes write at once."""
