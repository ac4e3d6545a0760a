"""The yearly report for the funder and the City Council: the same content as a page and as PDF."""
