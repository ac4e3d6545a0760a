"""What stands in people's own calendars: their days, as invitations and as feeds."""
