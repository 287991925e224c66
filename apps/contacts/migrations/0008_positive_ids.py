"""A contact's id is above zero: the bitmaps have a place for each id from there on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0007_index_of_imports")]
    operations = [
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("id__gt", 0)), name="contacts_contact_id_positive"
            ),
        ),
    ]
