"""Invitations: a link by mail with which somebody sets their password and comes in for the first time."""
