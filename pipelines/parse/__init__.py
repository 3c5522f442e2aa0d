"""Page layouts: bytes in, one document with its turns out. No I/O, no vocabulary of places, no codebook."""
