"""What kinds share at run time. Nothing here imports the compiler."""
