"""The exception whose message is shown to the user."""


class UserError(Exception):
    """An error that the user can fix. The message is one line: "what happened. what to do."."""
