"""Tests of what is rendered from a Bundle."""
