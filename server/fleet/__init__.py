"""The devices of a site as supervisors watch them: contacts, alarms and their events."""
