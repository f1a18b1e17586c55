"""How the schema came to be: one file for each step, in `versions`. They run forwards, in one transaction."""
