"""An installation that has an admin keeps one who can sign in and manage users: whatever changes people, psql too."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_email_changes")]

    operations = [
        migrations.RunSQL(
            """
            -- Somebody who only was invited cannot let anybody in yet. An override that is not plain "true" takes away.
            CREATE FUNCTION accounts_is_able_admin(role text, is_active boolean, invited_at timestamptz, overrides jsonb)
            RETURNS boolean LANGUAGE sql IMMUTABLE
            AS $$
                SELECT role = 'admin' AND is_active AND invited_at IS NULL
                    AND coalesce(overrides -> 'manage_users', 'true'::jsonb) = 'true'::jsonb
            $$;

            CREATE FUNCTION accounts_keep_an_admin() RETURNS trigger
            LANGUAGE plpgsql
            AS $$
            BEGIN
                -- One at a time until the commit: two who lose their rights at once would each count on the other.
                PERFORM pg_advisory_xact_lock(hashtext('accounts_keep_an_admin'));
                IF EXISTS (SELECT FROM accounts_adminuser) AND NOT EXISTS (
                    SELECT FROM accounts_adminuser
                    WHERE accounts_is_able_admin(role, is_active, invited_at, capability_overrides)
                ) THEN
                    RAISE EXCEPTION 'This would leave no active admin who may manage users.'
                        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'accounts_keep_an_admin';
                END IF;
                RETURN NULL;
            END
            $$;

            -- Deferred: within one transaction the last admin may hand over to another one.
            CREATE CONSTRAINT TRIGGER accounts_keep_an_admin
                AFTER UPDATE ON accounts_adminuser
                DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW WHEN (
                    accounts_is_able_admin(OLD.role, OLD.is_active, OLD.invited_at, OLD.capability_overrides)
                    AND NOT accounts_is_able_admin(NEW.role, NEW.is_active, NEW.invited_at, NEW.capability_overrides)
                )
                EXECUTE FUNCTION accounts_keep_an_admin();
            CREATE CONSTRAINT TRIGGER accounts_keep_an_admin_in_the_table
                AFTER DELETE ON accounts_adminuser
                DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW WHEN (
                    accounts_is_able_admin(OLD.role, OLD.is_active, OLD.invited_at, OLD.capability_overrides)
                )
                EXECUTE FUNCTION accounts_keep_an_admin();
            """,
            """
            DROP TRIGGER accounts_keep_an_admin_in_the_table ON accounts_adminuser;
            DROP TRIGGER accounts_keep_an_admin ON accounts_adminuser;
            DROP FUNCTION accounts_keep_an_admin();
            DROP FUNCTION accounts_is_able_admin(text, boolean, timestamptz, jsonb);
            """,
        ),
    ]
