"""Documents: ciphertext taken in part by part, and given out range by range. What is inside, the hub
cannot know."""
