"""Labels as pictures: codes, contents, and their drawing as SVG, PNG or PDF."""
