"""Generated and mutated input for every parser of the protocol; see ``__main__``."""
