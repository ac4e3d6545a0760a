"""Demo data: invented people of an invented year, for `make run`. Refused in production."""
