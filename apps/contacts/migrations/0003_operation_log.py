"""The triggers that number versions and write the operation log; docs/decisions/0002-operation-log.md says why these.

They know no column but the four of contacts_unlogged_columns(), so a column added later is logged from its first day.
TimeZone is fixed, for a moment's JSON form must not depend on who wrote it.
"""

import django.db.models.deletion
from django.db import migrations, models

VERSION = """
CREATE FUNCTION contacts_number_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id THEN
        RAISE EXCEPTION 'A contact keeps its id: its history hangs on it.' USING ERRCODE = 'check_violation';
    END IF;
    NEW.version := OLD.version;
    NEW.updated_at := OLD.updated_at;
    NEW.linkedin_path := OLD.linkedin_path;  -- generated, not computed yet, and decided by another column
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION contacts_number_version IS
    'Counts real changes; an update that changes nothing leaves version and updated_at, and so the log, alone.';

CREATE TRIGGER contacts_contact_version BEFORE UPDATE ON contacts_contact
    FOR EACH ROW EXECUTE FUNCTION contacts_number_version();
"""

OPERATION = """
CREATE FUNCTION contacts_current_operation() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    given text;
    operation_id bigint;
BEGIN
    FOREACH given IN ARRAY ARRAY[current_setting('a360.operation', true),
                                 current_setting('a360.automatic_operation', true)] LOOP
        IF given ~ '^[0-9]{1,18}$' THEN
            SELECT id INTO operation_id FROM contacts_operation WHERE id = given::bigint;
            IF FOUND THEN
                RETURN operation_id;
            END IF;
        END IF;
    END LOOP;
    INSERT INTO contacts_operation (kind) VALUES ('database') RETURNING id INTO operation_id;
    PERFORM set_config('a360.automatic_operation', operation_id::text, true);
    RETURN operation_id;
END $$;
COMMENT ON FUNCTION contacts_current_operation IS
    'The operation that a write now belongs to; a transaction that named none gets one of kind database.';

CREATE FUNCTION contacts_unlogged_columns() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT ARRAY['id', 'version', 'updated_at', 'linkedin_path'] $$;
COMMENT ON FUNCTION contacts_unlogged_columns IS 'What follows from the rest, and so is no change in itself.';

CREATE AGGREGATE contacts_merge(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}');
COMMENT ON AGGREGATE contacts_merge(jsonb) IS 'One object of many; of a key that several have, the last one''s value.';
"""

# contacts_current_operation() stands in a subselect of its own: run once for a statement, and not at all without rows.
INSERT_AND_DELETE = """
CREATE FUNCTION contacts_log_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contacts_change (operation_id, contact_id, action, version)
    SELECT (SELECT contacts_current_operation()), n.id, 'insert', n.version FROM new_rows n;
    RETURN NULL;
END $$;

CREATE TRIGGER contacts_contact_log_insert AFTER INSERT ON contacts_contact
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts_log_insert();

CREATE FUNCTION contacts_log_delete() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
BEGIN
    INSERT INTO contacts_change (operation_id, contact_id, action, before, version)
    SELECT (SELECT contacts_current_operation()), o.id, 'delete', to_jsonb(o) - 'linkedin_path', o.version
    FROM old_rows o;
    RETURN NULL;
END $$;

CREATE TRIGGER contacts_contact_log_delete AFTER DELETE ON contacts_contact
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts_log_delete();

CREATE FUNCTION contacts_log_truncate() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
BEGIN
    -- Emptied together with its log, as test databases are: nothing is left to write to.
    IF EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'contacts_change'::regclass
                                          AND mode = 'AccessExclusiveLock') THEN
        RETURN NULL;
    END IF;
    INSERT INTO contacts_change (operation_id, contact_id, action, before, version)
    SELECT (SELECT contacts_current_operation()), o.id, 'delete', to_jsonb(o) - 'linkedin_path', o.version
    FROM contacts_contact o;
    RETURN NULL;
END $$;

CREATE TRIGGER contacts_contact_log_truncate BEFORE TRUNCATE ON contacts_contact
    FOR EACH STATEMENT EXECUTE FUNCTION contacts_log_truncate();
"""

# Two ways to the same rows: jsonb_each costs little for a few rows and much for many; a statement that names each column,
# written anew each time, costs milliseconds to plan and a tenth for each row. Planned anew, it also knows how many rows
# there are, where a plan kept from a smaller statement would pair them by a nested loop, for hours. Compiling it (jit, on
# by default on most servers) would take longer than running it.
UPDATE = """
CREATE FUNCTION contacts_log_update() RETURNS trigger LANGUAGE plpgsql
SET timezone = 'UTC' SET jit = off AS $$
DECLARE
    one_value text := 'CASE WHEN o.%1$I IS DISTINCT FROM n.%1$I
                            THEN %3$L || coalesce(to_json(%2$s.%1$I)::text, ''null'') END';
    old_values text;
    new_values text;
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 17) few) < 17 THEN
        INSERT INTO contacts_change (operation_id, contact_id, action, before, after, version)
        SELECT (SELECT contacts_current_operation()), n.id, 'update', diff.before, diff.after, n.version
        FROM new_rows n
        JOIN old_rows o ON o.id = n.id AND o.version <> n.version
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(was.key, was.value) AS before, jsonb_object_agg(was.key, now.value) AS after
            FROM jsonb_each(to_jsonb(o) - contacts_unlogged_columns()) was
            JOIN jsonb_each(to_jsonb(n) - contacts_unlogged_columns()) now ON now.key = was.key
            WHERE now.value <> was.value
        ) diff;
        RETURN NULL;
    END IF;

    SELECT string_agg(format(one_value, attname, 'o', to_json(attname)::text || ':'), ','),
           string_agg(format(one_value, attname, 'n', to_json(attname)::text || ':'), ',')
    INTO old_values, new_values
    FROM pg_attribute
    WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attname <> ALL (contacts_unlogged_columns());
    EXECUTE format('INSERT INTO contacts_change (operation_id, contact_id, action, before, after, version)
                    SELECT (SELECT contacts_current_operation()), n.id, ''update'',
                           (''{'' || concat_ws('','', %s) || ''}'')::jsonb, (''{'' || concat_ws('','', %s) || ''}'')::jsonb,
                           n.version
                    FROM new_rows n JOIN old_rows o ON o.id = n.id AND o.version <> n.version',
                   old_values, new_values);
    RETURN NULL;
END $$;

CREATE TRIGGER contacts_contact_log_update AFTER UPDATE ON contacts_contact
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION contacts_log_update();
"""

REVERSE = """
DROP TRIGGER contacts_contact_log_update ON contacts_contact;
DROP TRIGGER contacts_contact_log_truncate ON contacts_contact;
DROP TRIGGER contacts_contact_log_delete ON contacts_contact;
DROP TRIGGER contacts_contact_log_insert ON contacts_contact;
DROP TRIGGER contacts_contact_version ON contacts_contact;
DROP FUNCTION contacts_log_update();
DROP FUNCTION contacts_log_truncate();
DROP FUNCTION contacts_log_delete();
DROP FUNCTION contacts_log_insert();
DROP AGGREGATE contacts_merge(jsonb);
DROP FUNCTION contacts_unlogged_columns();
DROP FUNCTION contacts_current_operation();
DROP FUNCTION contacts_number_version();
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_contacts")]

    operations = [
        migrations.AlterField(
            model_name="change",
            name="operation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="contacts.operation",
            ),
        ),
        migrations.AddField(
            model_name="operation",
            name="undoes_all",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("action", "delete")),
                name="contacts_change_deletes",
            ),
        ),
        migrations.RunSQL(VERSION + OPERATION + INSERT_AND_DELETE + UPDATE, REVERSE),
    ]
