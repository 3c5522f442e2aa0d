"""Train and measure the codebook on labelled exchanges. Nothing here runs in a refresh."""
