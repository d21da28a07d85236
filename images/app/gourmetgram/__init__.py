"""GourmetGram: tells which of 11 kinds of food is on a picture."""
