"""The demo: a day of orders worked by unreliable devices against a real server, and audited."""
