"""Real servers for every test that asks: they start once, when first wanted, and stop at the end."""

pytest_plugins = ["tests.real.fixtures", "tests.real.smtp"]
