"""What only an end may import: secrets, boxes, sealed content. The hub never does."""
