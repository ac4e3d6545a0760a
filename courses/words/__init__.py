"""Sentences for codes, days and refusals, as their reader may have them."""
