"""Text as it is compared and sorted: lower case, without accents."""

from django.db import models
from django.db.models import Func


class Fold(Func):
    """The SQL function a360_fold of a text."""

    function = "a360_fold"
    arity = 1
    output_field = models.TextField()


class LinkedinPath(Func):
    """The SQL function a360_linkedin_path of a URL: `in/jane-doe`, or '' for other sites."""

    function = "a360_linkedin_path"
    arity = 1
    output_field = models.CharField(max_length=1000)
