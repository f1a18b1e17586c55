"""Workflow: actions projected from entries, and the ladders that push them."""
