"""What every policy file has in common: header, kinds, values, references, facts and the one rule shape."""
