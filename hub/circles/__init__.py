"""Circles: entries taken in, ordered, kept and given out to those who may have them, after a statement."""
