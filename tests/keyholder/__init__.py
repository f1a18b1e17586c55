"""The Python end against a real hub: what people do with it, over HTTP."""
