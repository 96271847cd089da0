"""Faults put into the back ends on purpose: each must turn the agreement tests red."""
