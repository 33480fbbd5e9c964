"""Tests of orders, from intake to promises."""
