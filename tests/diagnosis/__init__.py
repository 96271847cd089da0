"""How much the first error alone says of what is wrong: faults that are planted, bare and guarded."""
