"""Other systems' files and messages, read into values of ours."""
