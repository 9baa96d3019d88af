"""One router per noun. A route translates: it reads the request, asks, and shapes the answer."""
