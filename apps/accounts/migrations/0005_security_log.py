"""The security log numbers, dates and chains its entries itself, and refuses to change them: by whatever, psql too."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_people_and_rights")]

    operations = [
        migrations.RunSQL(
            """
            -- Of everything in an entry but its own hash. The moment as a number: the same in every time zone.
            CREATE FUNCTION accounts_security_event_hash(event accounts_security_event) RETURNS bytea
            LANGUAGE sql IMMUTABLE
            AS $$
                SELECT sha256(event.previous_hash || convert_to(jsonb_build_array(
                    event.id, extract(epoch FROM event.at)::text, event.kind, event.actor_id, event.subject_id,
                    host(event.address), event.request_id, event.details
                )::text, 'UTF8'))
            $$;

            CREATE FUNCTION accounts_chain_security_event() RETURNS trigger
            LANGUAGE plpgsql
            AS $$
            DECLARE
                latest accounts_security_event;
            BEGIN
                -- One at a time until the commit: the number and the hash come from the entry before.
                PERFORM pg_advisory_xact_lock(hashtext('accounts_security_event'));
                SELECT * INTO latest FROM accounts_security_event ORDER BY id DESC LIMIT 1;
                NEW.id := coalesce(latest.id, 0) + 1;
                NEW.at := greatest(clock_timestamp(), latest.at);
                NEW.previous_hash := coalesce(latest.hash, ''::bytea);
                NEW.hash := accounts_security_event_hash(NEW);
                RETURN NEW;
            END
            $$;
            CREATE TRIGGER accounts_chain_security_event
                BEFORE INSERT ON accounts_security_event
                FOR EACH ROW EXECUTE FUNCTION accounts_chain_security_event();

            CREATE FUNCTION accounts_refuse_change_of_security_event() RETURNS trigger
            LANGUAGE plpgsql
            AS $$
            BEGIN
                RAISE EXCEPTION 'The security log can only be added to.' USING ERRCODE = 'insufficient_privilege';
            END
            $$;
            CREATE TRIGGER accounts_refuse_change_of_security_event
                BEFORE UPDATE OR DELETE ON accounts_security_event
                FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change_of_security_event();
            """,
            """
            DROP TRIGGER accounts_refuse_change_of_security_event ON accounts_security_event;
            DROP TRIGGER accounts_chain_security_event ON accounts_security_event;
            DROP FUNCTION accounts_refuse_change_of_security_event();
            DROP FUNCTION accounts_chain_security_event();
            DROP FUNCTION accounts_security_event_hash(accounts_security_event);
            """,
        ),
    ]
