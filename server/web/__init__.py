"""The apps in the browser: pages, scripts, and what they know without asking."""
