"""Tests of push, pull and the feed."""
