"""Back ends: each turns typed IR into text in another language, and agrees with `reference`."""
