"""The commands, one file for each group. They ask, call the library and say what came of it; nothing else."""
