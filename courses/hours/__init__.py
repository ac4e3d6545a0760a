"""From coming and going to credited minutes, and how long they count. Pure."""
