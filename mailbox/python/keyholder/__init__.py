"""The Python end: whoever holds a key works here, and the hub never does.

It verifies first and opens afterwards. What does not hold is refused with an alarm in plain words, and
nothing of its content is returned. It imports ``crypto`` and ``policies``, and nothing of the hub.
"""
