"""Sites and the zones in which their work is handed out."""
