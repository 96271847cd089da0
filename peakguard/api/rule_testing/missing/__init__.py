"""Proposes cases for what no test has shown, by search over small values. What is proposed has run and passed."""
