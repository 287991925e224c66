"""cleanup_select2_cache(): for psql and manage_select2_cache, what a commit does by itself to the option lists."""

from django.db import migrations

FUNCTION = """
    CREATE FUNCTION cleanup_select2_cache() RETURNS bigint LANGUAGE plpgsql AS $body$
    DECLARE
        removed bigint;
    BEGIN
        -- The lock of whoever folds: see apps/contacts/facets/sql/counts.sql.
        PERFORM pg_advisory_xact_lock(hashtext('contacts_facetdelta'));
        WITH gone AS (
            DELETE FROM contacts_facetdelta RETURNING field, value, d
        ), sums AS (
            SELECT field, value, sum(d) AS d FROM gone GROUP BY field, value HAVING sum(d) <> 0
        )
        INSERT INTO contacts_facetvalue (field, value, n)
        SELECT field, value, d FROM sums
        ON CONFLICT (field, value) DO UPDATE SET n = contacts_facetvalue.n + excluded.n;
        DELETE FROM contacts_facetvalue WHERE n <= 0 AND field <> '';
        GET DIAGNOSTICS removed = ROW_COUNT;
        RETURN removed;
    END $body$;
    COMMENT ON FUNCTION cleanup_select2_cache() IS
        'Folds pending changes into the option lists and removes values that no contact holds; says how many.';
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0008_positive_ids")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION cleanup_select2_cache()")]
