"""Phones as E.164 beside what was written, in generated columns; docs/decisions/0005-phone-numbers.md says by which rules.

The functions that wrote linkedin_path into the log's exceptions by name are put in place again without names: what is
generated is asked of the database, so the next generated column needs nothing but contacts_write_version_trigger().
"""

import re
from importlib import import_module

from django.db import migrations, models
from django.db.models import F, Q

from apps.contacts.phones import E164, PhoneKey

SEPARATORS = " .-()[]\u00a0\u2009\u202f\u2010\u2011\u2012\u2013\u2014\u2212"

# Those of the North American Numbering Plan, as its administrator lists them (nanpa.com), with the usual short forms.
NORTH_AMERICAN = (
    "united states,united states of america,usa,us,u.s.,u.s.a.,canada,can,ca,american samoa,anguilla,"
    "antigua and barbuda,bahamas,the bahamas,barbados,bermuda,british virgin islands,cayman islands,dominica,"
    "dominican republic,grenada,guam,jamaica,montserrat,northern mariana islands,puerto rico,"
    "saint kitts and nevis,saint lucia,saint vincent and the grenadines,sint maarten,trinidad and tobago,"
    "turks and caicos islands,us virgin islands,u.s. virgin islands"
)
US_STATES = (
    "AL,AK,AZ,AR,CA,CO,CT,DE,FL,GA,HI,ID,IL,IN,IA,KS,KY,LA,ME,MD,MA,MI,MN,MS,MO,MT,NE,NV,NH,NJ,NM,NY,NC,ND,OH,OK,OR,PA,"
    "RI,SC,SD,TN,TX,UT,VT,VA,WA,WV,WI,WY,DC,AS,GU,MP,PR,VI"
)
# ITU-T E.164, the country codes of two digits; 1 and 7 have one, all others three.
CODES_OF_TWO_DIGITS = (
    "20,27,30,31,32,33,34,36,39,40,41,43,44,45,46,47,48,49,51,52,53,54,55,56,57,58,60,61,62,63,64,65,66,"
    "81,82,84,86,90,91,92,93,94,95,98"
)

READING = f"""
CREATE FUNCTION a360_without_extension(phone text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN lower(phone) ~ '[x#]' THEN rtrim(substring(lower(phone) from
        '^([^a-z#;,]*[0-9][^0-9a-z#;,]*)[;,]? *(?:ext(?:ension|n)?|x|#)[ .:=#]*[0-9]{{1,7}}$'), '{SEPARATORS}')
           ELSE phone END
$$;
COMMENT ON FUNCTION a360_without_extension IS 'A phone less x12, ext. 12 or #12 at its end; NULL where they are not at an end.';

CREATE FUNCTION a360_is_north_american(digits text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT length(digits) = 10 AND substr(digits, 1, 1) > '1' AND substr(digits, 4, 1) > '1' $$;
COMMENT ON FUNCTION a360_is_north_american IS 'Ten digits of which area code and exchange begin with 2 to 9.';

CREATE FUNCTION a360_national_number(e164 text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN substr(e164, 2, 1) IN ('1', '7') THEN substr(e164, 3)
                WHEN substr(e164, 2, 2) = ANY ('{{{CODES_OF_TWO_DIGITS}}}') THEN substr(e164, 4)
                ELSE substr(e164, 5) END
$$;
COMMENT ON FUNCTION a360_national_number IS 'An E.164 number without its country code.';

CREATE FUNCTION a360_international_number(digits text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF starts_with(digits, '1') THEN
        RETURN CASE WHEN public.a360_is_north_american(substr(digits, 2)) THEN '+' || digits ELSE '' END;
    ELSIF length(digits) NOT BETWEEN 8 AND 15 OR starts_with(digits, '0') THEN
        RETURN '';
    -- A trunk digit that should have been left out. Only these countries have numbers that begin with 0.
    ELSIF strpos(substr(digits, 2, 3), '0') > 0 AND starts_with(public.a360_national_number('+' || digits), '0')
          AND NOT starts_with(digits, '39') AND substr(digits, 1, 3) <> ALL ('{{225,229,241,242,378}}') THEN
        RETURN '';
    END IF;
    RETURN '+' || digits;
END $$;
COMMENT ON FUNCTION a360_international_number IS 'Digits from the country code on as E.164, '''' where no number can be that.';

-- Whether a number without a country code is North American: by its country, or, as lists from there leave the country out,
-- by a state and the way in which only North America writes numbers.
CREATE FUNCTION a360_stands_in_north_america(phone text, country text, state text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN country <> '' THEN lower(country) = ANY ('{{{NORTH_AMERICAN}}}')
                ELSE state = ANY ('{{{US_STATES}}}') AND translate(phone, '012345678', '999999999')
                     IN ('999-999-9999', '(999) 999-9999', '(999)999-9999', '9-999-999-9999', '9 (999) 999-9999') END
$$;

-- First as most are written, +1 202-555-0143: half the time of what comes after it.
CREATE FUNCTION a360_read_phone(phone text, country text, state text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 20 AS $$
DECLARE
    signs text := replace(replace(phone, ' ', ''), '-', '');
BEGIN
    IF starts_with(signs, '+') AND ltrim(substr(signs, 2), '0123456789') = '' THEN
        RETURN public.a360_international_number(substr(signs, 2));
    END IF;
    phone := public.a360_without_extension(phone);
    IF strpos(phone, '(0)') > 0 THEN
        -- Dialled inside the country only; but Italian numbers keep it.
        phone := regexp_replace(phone, '^([(]?(?:[+]|00) ?(?!39[^0-9])[1-9][0-9]{{0,2}}[)]?[ .-]*)[(]0[)]', '\\1');
    END IF;
    signs := translate(phone, '{SEPARATORS}', '');
    IF ltrim(CASE WHEN starts_with(signs, '+') THEN substr(signs, 2) ELSE signs END, '0123456789') <> '' THEN
        RETURN '';
    ELSIF starts_with(signs, '+') THEN
        RETURN public.a360_international_number(substr(signs, 2));
    ELSIF starts_with(signs, '00') THEN
        RETURN public.a360_international_number(substr(signs, 3));
    ELSIF length(signs) = 10 AND public.a360_stands_in_north_america(phone, country, state) THEN
        RETURN public.a360_international_number('1' || signs);
    ELSIF length(signs) = 11 AND starts_with(signs, '1')
          AND public.a360_stands_in_north_america(phone, country, state) THEN
        RETURN public.a360_international_number(signs);
    END IF;
    RETURN '';
END $$;

-- Not STRICT, so that it is inlined: most phone columns of most contacts are empty.
CREATE FUNCTION a360_e164(phone text, country text DEFAULT '', state text DEFAULT '') RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN phone = '' THEN '' ELSE public.a360_read_phone(phone, country, state) END $$;
COMMENT ON FUNCTION a360_e164(text, text, text) IS
    'A phone as E.164 (+12025550143), '''' where it does not say which number it is; an extension is dropped.';

CREATE FUNCTION a360_phone_key(phone text, e164 text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 20 AS $$
DECLARE
    digits text;
BEGIN
    IF e164 <> '' THEN
        digits := ltrim(public.a360_national_number(e164), '0');
    ELSE
        digits := coalesce(public.a360_without_extension(phone), phone);
        digits := ltrim(translate(digits, translate(digits, '0123456789', ''), ''), '0');
    END IF;
    IF starts_with(digits, '1') AND public.a360_is_north_american(substr(digits, 2)) THEN
        RETURN substr(digits, 2);
    END IF;
    RETURN digits;
END $$;
COMMENT ON FUNCTION a360_phone_key IS
    'The digits of a national number, the same whether it was written with a country code, a trunk digit or neither.';
"""  # noqa: S608

NO_READING = """
DROP FUNCTION a360_phone_key(text, text);
DROP FUNCTION a360_e164(text, text, text);
DROP FUNCTION a360_read_phone(text, text, text);
DROP FUNCTION a360_stands_in_north_america(text, text, text);
DROP FUNCTION a360_international_number(text);
DROP FUNCTION a360_national_number(text);
DROP FUNCTION a360_is_north_american(text);
DROP FUNCTION a360_without_extension(text);
"""

# A row trigger that asked for the names each time would double its cost, so they are written into it; what is generated is
# not computed yet in a BEFORE trigger (PL/pgSQL shows NULL), and would make every update look like a change.
VERSION = """
CREATE FUNCTION contacts_generated_columns() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(attname::text ORDER BY attnum), '{}') FROM pg_attribute
    WHERE attrelid = 'contacts_contact'::regclass AND attgenerated <> '' AND NOT attisdropped
$$;
COMMENT ON FUNCTION contacts_generated_columns IS 'The columns of contacts that PostgreSQL computes from the others.';

CREATE OR REPLACE FUNCTION contacts_unlogged_columns() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT ARRAY['id', 'version', 'updated_at'] || contacts_generated_columns() $$;

CREATE FUNCTION contacts_write_version_trigger() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($trigger$
        CREATE OR REPLACE FUNCTION contacts_number_version() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF NEW.id <> OLD.id THEN
                RAISE EXCEPTION 'A contact keeps its id: its history hangs on it.' USING ERRCODE = 'check_violation';
            END IF;
            NEW.version := OLD.version;
            NEW.updated_at := OLD.updated_at;
            %s
            IF NEW IS DISTINCT FROM OLD THEN
                NEW.version := OLD.version + 1;
                NEW.updated_at := now();
            END IF;
            RETURN NEW;
        END $body$
    $trigger$, (SELECT string_agg(format('NEW.%1$I := OLD.%1$I;', name), ' ') FROM unnest(contacts_generated_columns()) name));
END $$;
COMMENT ON FUNCTION contacts_write_version_trigger IS
    'Writes contacts_number_version() anew; for a migration that adds or drops a generated column of contacts.';

SELECT contacts_write_version_trigger();
"""

LOG = """
CREATE OR REPLACE FUNCTION contacts_log_delete() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    generated text[] := contacts_generated_columns();
BEGIN
    INSERT INTO contacts_change (operation_id, contact_id, action, before, version)
    SELECT (SELECT contacts_current_operation()), o.id, 'delete', to_jsonb(o) - generated, o.version
    FROM old_rows o;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION contacts_log_truncate() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    generated text[] := contacts_generated_columns();
BEGIN
    -- Emptied together with its log, as test databases are: nothing is left to write to.
    IF EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'contacts_change'::regclass
                                          AND mode = 'AccessExclusiveLock') THEN
        RETURN NULL;
    END IF;
    INSERT INTO contacts_change (operation_id, contact_id, action, before, version)
    SELECT (SELECT contacts_current_operation()), o.id, 'delete', to_jsonb(o) - generated, o.version
    FROM contacts_contact o;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION contacts_log_update() RETURNS trigger LANGUAGE plpgsql
SET timezone = 'UTC' SET jit = off AS $$
DECLARE
    one_value text := 'CASE WHEN o.%1$I IS DISTINCT FROM n.%1$I
                            THEN %3$L || coalesce(to_json(%2$s.%1$I)::text, ''null'') END';
    unlogged text[] := contacts_unlogged_columns();
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
            FROM jsonb_each(to_jsonb(o) - unlogged) was
            JOIN jsonb_each(to_jsonb(n) - unlogged) now ON now.key = was.key
            WHERE now.value <> was.value
        ) diff;
        RETURN NULL;
    END IF;

    SELECT string_agg(format(one_value, attname, 'o', to_json(attname)::text || ':'), ','),
           string_agg(format(one_value, attname, 'n', to_json(attname)::text || ':'), ',')
    INTO old_values, new_values
    FROM pg_attribute
    WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attname <> ALL (unlogged);
    EXECUTE format('INSERT INTO contacts_change (operation_id, contact_id, action, before, after, version)
                    SELECT (SELECT contacts_current_operation()), n.id, ''update'',
                           (''{'' || concat_ws('','', %s) || ''}'')::jsonb, (''{'' || concat_ws('','', %s) || ''}'')::jsonb,
                           n.version
                    FROM new_rows n JOIN old_rows o ON o.id = n.id AND o.version <> n.version',
                   old_values, new_values);
    RETURN NULL;
END $$;
"""


def _as_it_was(sql: str) -> str:
    """The functions of migration 0003 put in place again, without their triggers, which stayed."""
    return re.sub(r"CREATE TRIGGER .*?;", "", sql, flags=re.DOTALL).replace(
        "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
    )


_BEFORE = import_module("apps.contacts.migrations.0003_operation_log")
VERSION_BEFORE = (
    _as_it_was(_BEFORE.VERSION)
    + """
CREATE OR REPLACE FUNCTION contacts_unlogged_columns() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT ARRAY['id', 'version', 'updated_at', 'linkedin_path'] $$;
DROP FUNCTION contacts_write_version_trigger();
DROP FUNCTION contacts_generated_columns();
"""
)
LOG_BEFORE = _as_it_was(_BEFORE.INSERT_AND_DELETE + _BEFORE.UPDATE)

# phone: (country, state) by which its national numbers are understood
PHONES = {
    "work_direct_phone": ("country", "state"),
    "mobile_phone": ("country", "state"),
    "home_phone": ("country", "state"),
    "corporate_phone": ("company_country", "company_state"),
    "other_phone": ("country", "state"),
    "company_phone": ("company_country", "company_state"),
}
# In one statement, since each rewrites the table and all its indexes.
COLUMNS = "ALTER TABLE contacts_contact " + ", ".join(
    f"ADD COLUMN {phone}_e164 varchar(16) GENERATED ALWAYS AS (a360_e164({phone}, {country}, {state})) STORED"
    for phone, (country, state) in PHONES.items()
)
NO_COLUMNS = "ALTER TABLE contacts_contact " + ", ".join(f"DROP COLUMN {phone}_e164" for phone in PHONES)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0005_facet_bitmaps")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '15s'", "SET LOCAL lock_timeout = '15s'"),
        migrations.RunSQL(READING, NO_READING),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(COLUMNS, NO_COLUMNS)],
            state_operations=[
                migrations.AddField(
                    model_name="contact",
                    name=f"{phone}_e164",
                    field=models.GeneratedField(
                        expression=E164(F(phone), F(country), F(state)),
                        output_field=models.CharField(max_length=16),
                        db_persist=True,
                    ),
                )
                for phone, (country, state) in PHONES.items()
            ],
        ),
        # Last back, first forth: the log's functions ask for what is generated.
        migrations.RunSQL(VERSION + LOG, LOG_BEFORE + VERSION_BEFORE),
        *(
            migrations.AddIndex(
                model_name="contact",
                index=models.Index(
                    PhoneKey(F(phone), F(f"{phone}_e164")),
                    condition=Q((f"{phone}__gt", "")),
                    name=f"contacts_{phone}_key",
                ),
            )
            for phone in PHONES
        ),
    ]
