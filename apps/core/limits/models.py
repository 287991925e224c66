"""How often each address, account and token did what."""

from django.db import models


class RateLimitWindow(models.Model):
    """The tries of one key in one route class, until a moment. Written by the function check_rate_limit alone.

    UNLOGGED: a try costs no write to the log of the database, and after a crash of it all limits begin anew.
    """

    pk = models.CompositePrimaryKey("route_class", "kind", "key")
    route_class = models.TextField()
    kind = models.TextField(help_text="address, account or token")
    key = models.TextField(help_text="The address, an id, or the keyed hash of an e-mail address.")
    passed_count = models.IntegerField()
    refused_count = models.IntegerField()
    refused_since = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "core_rate_limit"
