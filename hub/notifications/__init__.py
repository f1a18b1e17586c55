"""Notifications: a mail says that something waits and where; never who, what or why."""
