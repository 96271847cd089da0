"""Errors that a catalog declares: what a code means, its exceptions, which foreign ones it covers, how each shows."""
