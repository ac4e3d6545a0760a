"""Who may teach what, and which sessions have nobody who may."""
