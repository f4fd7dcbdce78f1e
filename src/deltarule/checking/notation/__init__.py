"""Ways of writing, each rewritten as the one form that is judged. `one_form` above calls them in order."""
