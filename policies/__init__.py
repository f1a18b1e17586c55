"""Pure decisions: facts and `now` go in; Allowed, Denied with a reason, or the next step comes out.

Rules of this room:

- Nothing here reads a clock, a network, a database or a file, save its own `data/*.toml`, each read once.
- What a compliance officer may want to read or change is in those files; what follows from it is code.
- A decision names no person and no organisation: callers pass facts, and words made here carry only counts
  and times.
- Times are UTC milliseconds (`int`); days are days in the calendar's own zone.
- Nothing here replaces what readers check for themselves: the circle log is judged by every end (`crypto`);
  these rules let the hub say no early, and in plain words.
"""
