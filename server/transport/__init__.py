"""Rounds, stops, parcels and manifests: how goods leave a site and reach the door."""
