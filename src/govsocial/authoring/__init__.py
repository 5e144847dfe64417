"""For authors of policies: their tests."""
