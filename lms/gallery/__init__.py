"""The component gallery: every component and every mail of the portal, with invented data."""
