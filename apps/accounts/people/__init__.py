"""What admins do with people: inviting is in apps/accounts/invitations, their pages are apps/users."""
