"""What attackers, bad networks and hurried people send: a clear answer, and nothing is lost."""
