"""Entries move the balances and nothing else does, whoever writes: psql too. And no entry is changed or removed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_quota_ledger")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION accounts_enter_quota_entry() RETURNS trigger
            LANGUAGE plpgsql
            AS $$
            BEGIN
                -- The account first, as everywhere: it is what others wait for.
                UPDATE accounts_quota_account
                SET balance = balance + NEW.change, entry_count = entry_count + 1
                WHERE user_id = NEW.user_id
                RETURNING balance, entry_count INTO NEW.total, NEW.number;
                UPDATE accounts_quota_bucket
                SET balance = balance + NEW.change,
                    used = used + CASE NEW.kind WHEN 'reserve' THEN NEW.amount WHEN 'release' THEN -NEW.amount ELSE 0 END,
                    spent = spent + CASE NEW.kind WHEN 'spend' THEN NEW.amount ELSE 0 END
                WHERE id = NEW.bucket_id AND user_id = NEW.user_id
                RETURNING balance INTO NEW.balance;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'That allowance or credit is not of this person.'
                        USING ERRCODE = 'foreign_key_violation';
                END IF;
                RETURN NEW;
            END
            $$;
            CREATE TRIGGER accounts_enter_quota_entry
                BEFORE INSERT ON accounts_quota_entry
                FOR EACH ROW EXECUTE FUNCTION accounts_enter_quota_entry();

            CREATE FUNCTION accounts_refuse_change_of_quota_entry() RETURNS trigger
            LANGUAGE plpgsql
            AS $$
            BEGIN
                RAISE EXCEPTION 'The download ledger can only be added to.' USING ERRCODE = 'insufficient_privilege';
            END
            $$;
            CREATE TRIGGER accounts_refuse_change_of_quota_entry
                BEFORE UPDATE OR DELETE ON accounts_quota_entry
                FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change_of_quota_entry();

            CREATE FUNCTION accounts_refuse_quota_balance() RETURNS trigger
            LANGUAGE plpgsql
            AS $$
            BEGIN
                RAISE EXCEPTION 'Balances of the download ledger come from its entries.'
                    USING ERRCODE = 'insufficient_privilege';
            END
            $$;
            -- Depth 0: not by the trigger above, but by a statement of somebody's.
            CREATE TRIGGER accounts_refuse_quota_account_balance
                BEFORE UPDATE OF balance, entry_count ON accounts_quota_account
                FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION accounts_refuse_quota_balance();
            CREATE TRIGGER accounts_refuse_quota_account_start
                BEFORE INSERT ON accounts_quota_account
                FOR EACH ROW WHEN (NEW.balance <> 0 OR NEW.entry_count <> 0)
                EXECUTE FUNCTION accounts_refuse_quota_balance();
            CREATE TRIGGER accounts_refuse_quota_bucket_balance
                BEFORE UPDATE OF balance, used, spent, user_id, kind, month ON accounts_quota_bucket
                FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION accounts_refuse_quota_balance();
            CREATE TRIGGER accounts_refuse_quota_bucket_start
                BEFORE INSERT ON accounts_quota_bucket
                FOR EACH ROW WHEN (NEW.balance <> 0 OR NEW.used <> 0 OR NEW.spent <> 0)
                EXECUTE FUNCTION accounts_refuse_quota_balance();
            """,
            """
            DROP TRIGGER accounts_refuse_quota_bucket_start ON accounts_quota_bucket;
            DROP TRIGGER accounts_refuse_quota_bucket_balance ON accounts_quota_bucket;
            DROP TRIGGER accounts_refuse_quota_account_start ON accounts_quota_account;
            DROP TRIGGER accounts_refuse_quota_account_balance ON accounts_quota_account;
            DROP FUNCTION accounts_refuse_quota_balance();
            DROP TRIGGER accounts_refuse_change_of_quota_entry ON accounts_quota_entry;
            DROP FUNCTION accounts_refuse_change_of_quota_entry();
            DROP TRIGGER accounts_enter_quota_entry ON accounts_quota_entry;
            DROP FUNCTION accounts_enter_quota_entry();
            """,
        ),
    ]
