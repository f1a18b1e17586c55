"""An invented story, played through a real hub by real ends over HTTP.

The demo stands above both: it starts the middle in this process (``stage``) and plays the people through
``keyholder`` (``cast``, ``story``). Everybody and everything in it is invented.
"""
