"""Tests of the fleet: contacts, alarms and their events."""
