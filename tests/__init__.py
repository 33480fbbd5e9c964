"""The tests of Totebook; the folders mirror the packages."""
