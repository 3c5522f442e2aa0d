"""The codebook applied to turns: response patterns and accusations, each with its quote."""
