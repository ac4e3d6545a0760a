"""Forms of the training side. They validate and call actions."""
