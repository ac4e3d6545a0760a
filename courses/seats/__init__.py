"""Who may have a seat of a cohort, and who asks, waits and sits there."""
