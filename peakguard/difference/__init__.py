"""Two versions of policies -> what changed in their meaning, how bad it is, and what has to be said about it."""
