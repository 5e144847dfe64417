"""Bulk audits: archives of posts judged shard by shard. Needs the extra ``audit``."""
