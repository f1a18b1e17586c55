"""What every feature stands on: one Unit per request, declared access, one error renderer, live events.

The kernel imports no feature. A feature declares; the kernel runs what was declared.
"""
