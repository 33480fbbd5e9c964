"""The apps in the browser: their files, their scripts, and people using them."""
