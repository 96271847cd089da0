"""Where frames are. The only modules that import a data library."""
