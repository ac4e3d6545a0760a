"""What the portal writes to people about their cohorts."""
