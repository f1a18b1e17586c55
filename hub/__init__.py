"""The middle: verifies, orders, stores and reacts. It never holds a key that opens a victim's information."""
