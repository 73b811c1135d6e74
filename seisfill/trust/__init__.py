"""How far a fill can be trusted: trials on live traces that were hidden, and what they say of the real holes."""
