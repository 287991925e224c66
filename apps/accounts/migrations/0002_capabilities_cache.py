"""What a person may do, kept in their own row until their role, overrides or activity change: by whatever, psql too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_admin_user")]

    operations = [
        migrations.AddField(
            model_name="adminuser",
            name="capabilities_cache",
            field=models.JSONField(blank=True, default=None, editable=False, null=True),
        ),
        migrations.RunSQL(
            """
            -- A cache that was not made for exactly this role and these overrides is never stored: neither after a change
            -- of them, nor when somebody writes back a whole row that they read before the change.
            CREATE FUNCTION accounts_empty_stale_capabilities() RETURNS trigger
            LANGUAGE plpgsql
            AS $$
            BEGIN
                IF NOT NEW.is_active
                   OR NEW.capabilities_cache ->> 'role' IS DISTINCT FROM NEW.role
                   OR NEW.capabilities_cache -> 'overrides' IS DISTINCT FROM NEW.capability_overrides
                THEN
                    NEW.capabilities_cache := NULL;
                END IF;
                RETURN NEW;
            END
            $$;
            CREATE TRIGGER accounts_empty_stale_capabilities
                BEFORE INSERT OR UPDATE ON accounts_adminuser
                FOR EACH ROW WHEN (NEW.capabilities_cache IS NOT NULL)
                EXECUTE FUNCTION accounts_empty_stale_capabilities();
            """,
            """
            DROP TRIGGER accounts_empty_stale_capabilities ON accounts_adminuser;
            DROP FUNCTION accounts_empty_stale_capabilities();
            """,
        ),
    ]
