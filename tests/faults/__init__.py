"""Tests in which things break."""
