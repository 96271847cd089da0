"""Kind `gate`: what a change must pass before it goes in."""
