"""What the public names do."""
