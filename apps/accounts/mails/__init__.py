"""Mails about an account. What one says, and the link in it, is made when it is sent: the queue holds no secret."""
