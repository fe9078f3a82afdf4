"""Light, camera and backdrop."""
