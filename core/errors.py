"""The one exception that is meant for the user's eyes."""


class UserError(Exception):
    """Something the user can mend. The message reads "what happened. what to do." on one line."""
