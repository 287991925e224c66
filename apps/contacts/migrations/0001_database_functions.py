"""What the tables and their indexes are built on: extensions and two immutable functions.

Never install intarray: its operators shadow the array ones and silently disable their GIN indexes.
"""

from django.db import migrations


class Migration(migrations.Migration):
    operations = [
        migrations.RunSQL(
            """
            CREATE EXTENSION IF NOT EXISTS pg_trgm;
            CREATE EXTENSION IF NOT EXISTS btree_gin;
            CREATE EXTENSION IF NOT EXISTS unaccent;

            CREATE FUNCTION a360_unaccented_lower(value text) RETURNS text
            LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
            AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, value)) $$;

            -- Not STRICT, so that the planner inlines it: plain ASCII, nearly everything, then costs no more than lower().
            CREATE FUNCTION a360_fold(value text) RETURNS text
            LANGUAGE sql IMMUTABLE PARALLEL SAFE
            AS $$
                SELECT CASE WHEN octet_length(value) = char_length(value) THEN lower(value)
                            ELSE public.a360_unaccented_lower(value) END
            $$;
            COMMENT ON FUNCTION a360_fold IS 'Text as it is compared and sorted: lower case, without accents.';

            -- The usual spelling is cut without a regular expression, which would take most of the time of an import.
            CREATE FUNCTION a360_linkedin_path(url text) RETURNS text
            LANGUAGE sql IMMUTABLE PARALLEL SAFE
            AS $$
                SELECT CASE
                    WHEN url = '' THEN ''
                    WHEN starts_with(url, 'https://www.linkedin.com/') THEN
                        rtrim(ltrim(split_part(split_part(lower(substr(url, 26)), '?', 1), '#', 1), '/'), '/ ')
                    ELSE coalesce(
                        rtrim(substring(lower(url) from '^(?:https?://)?(?:[a-z0-9-]+[.])*linkedin[.]com/+([^?#]+)'), '/ '),
                        ''
                    )
                END
            $$;
            COMMENT ON FUNCTION a360_linkedin_path IS 'The identity in a LinkedIn address: no scheme, host, query or end slash.';
            """,
            """
            DROP FUNCTION a360_linkedin_path(text);
            DROP FUNCTION a360_fold(text);
            DROP FUNCTION a360_unaccented_lower(text);
            """,
        )
    ]
