"""What a site decides before people work: waves, packages, where goods go, what is counted when."""
