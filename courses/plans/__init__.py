"""The schedules of cohorts as they are read, judged and put into words."""
