"""kind: bindings. Which functions are guarded, and by what."""
