"""Changing one's e-mail address: asked for with the password fresh, done by a link that only the new mail box has."""
