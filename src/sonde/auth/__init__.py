"""Who may do what: keys and their scopes, browser sessions, Host and Origin checks, the rules of binding."""
