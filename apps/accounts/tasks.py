"""The jobs of this app: a worker finds them by importing this module."""

from apps.accounts.email_change import jobs as email_change
from apps.accounts.invitations.mails import mail_invitation
from apps.accounts.mails import jobs as mails
from apps.accounts.quota import upkeep as quota
from apps.accounts.security_log.verification import verify_every_night
from apps.accounts.two_factor.mails import send_two_factor_mail

__all__ = ["email_change", "mail_invitation", "mails", "quota", "send_two_factor_mail", "verify_every_night"]
