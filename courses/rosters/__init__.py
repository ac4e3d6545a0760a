"""Roster files, read into rows. Pure: codes instead of sentences."""
