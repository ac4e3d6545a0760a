"""What is on record of who was there: hours, what was missed and made up, what is open."""
