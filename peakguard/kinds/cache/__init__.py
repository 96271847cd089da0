"""Frames kept on disk under their arguments: whole, verified, and known to keep their contract."""
