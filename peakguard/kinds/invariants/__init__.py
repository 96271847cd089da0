"""Invariants of state that changes step by step: declared, watched while a program runs, and verified afterwards."""
