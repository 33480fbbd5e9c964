"""Figures and traces for those who operate the server; none of it is part of the book."""
