"""How people say by themselves that they are there: when, and by which code. Pure."""
