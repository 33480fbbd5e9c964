"""Print jobs by workstation: asked by desks, kept until a printer has taken them."""
