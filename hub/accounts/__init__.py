"""Accounts: enrolment, sign-in, sessions. The hub holds a wrapped secret and never what opens it."""
