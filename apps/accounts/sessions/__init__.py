"""Sessions: how long they last, who is signed in where, and ending them (docs/reliability.md, "Sessions")."""
