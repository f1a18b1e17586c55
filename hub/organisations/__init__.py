"""Organisations: their signed chains, what the authority says about them, who is admitted."""
