"""The command as people and programs use it: run for real, against a real hub."""
