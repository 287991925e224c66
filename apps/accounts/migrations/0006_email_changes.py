"""Changes of e-mail addresses; one spelling of an address is one person; allauth's copies of an address follow."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_security_log"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmailChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("old_email", models.EmailField(max_length=254)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="email_changes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"db_table": "accounts_email_change"},
        ),
        migrations.AddConstraint(
            model_name="emailchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed_at", None)),
                fields=("user",),
                name="accounts_email_change_one_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="adminuser",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Upper("email"), name="accounts_user_email_one_spelling"
            ),
        ),
        # The person's own row is the truth; a copy of allauth's that says otherwise would let the old address in.
        migrations.RunSQL(
            """
            CREATE FUNCTION accounts_forget_old_addresses() RETURNS trigger
            LANGUAGE plpgsql
            AS $$
            BEGIN
                DELETE FROM account_emailaddress WHERE user_id = NEW.id AND lower(email) <> NEW.email;
                RETURN NULL;
            END
            $$;

            CREATE TRIGGER accounts_forget_old_addresses
            AFTER UPDATE OF email ON accounts_adminuser
            FOR EACH ROW WHEN (OLD.email IS DISTINCT FROM NEW.email)
            EXECUTE FUNCTION accounts_forget_old_addresses();
            """,
            """
            DROP TRIGGER accounts_forget_old_addresses ON accounts_adminuser;
            DROP FUNCTION accounts_forget_old_addresses();
            """,
        ),
    ]
