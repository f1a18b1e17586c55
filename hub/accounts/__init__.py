"""Accounts: enrolment, ways to sign in, sessions. The hub holds wrapped secrets and never what opens them."""
