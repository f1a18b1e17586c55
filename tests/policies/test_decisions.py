"""A refusal can never be mistaken for a yes."""

from policies.decisions import ALLOWED, Allowed, Denied


def test_a_refusal_is_false_and_a_permission_is_true() -> None:
    assert ALLOWED
    assert Allowed(alert_manager=True)
    assert not Denied("some_code", "Do this instead.")
