"""What of a program could be guarded, told from its text alone."""
