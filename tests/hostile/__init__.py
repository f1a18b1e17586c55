"""A dishonest hub, or a hostile member: one test for each line of PROTOCOL's "What each end must refuse".

Passing means: refused with the right alarm, nothing of the content returned, the evidence kept.
"""
