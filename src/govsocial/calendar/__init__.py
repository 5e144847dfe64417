"""The publication calendar: what stands on which day, for whom, and what is missing or in the way. Reads no clock."""
