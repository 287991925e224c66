"""The contacts that an import brought are found without reading the table."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("contacts", "0006_phone_numbers")]
    operations = [
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("import_id__isnull", False)),
                fields=["import_id", "id"],
                name="contacts_import",
            ),
        ),
    ]
