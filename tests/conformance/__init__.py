"""The scenarios play: servers and clients that keep the protocol pass, others are found out."""
