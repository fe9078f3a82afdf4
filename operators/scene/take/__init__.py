"""From request to keyframes: the jobs behind the buttons."""
