"""kind: resilience. Retries, breakers, timeouts and limits around calls that may fail."""
