"""Publication workflows: what their files say, and how the next step of a post is decided. Reads no clock."""
