"""The oracle: what an expression means, as plainly as it can be written. No emitter is allowed to differ from it."""
