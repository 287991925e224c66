"""Who did what to whose rights and sign-in: entries that can be added and read, and changed by nobody.

    record_event(Kind.ROLE_CHANGED, actor_id=access.user_id, subject_id=person.pk, details={"to": "admin"})

Written in the transaction of what it tells about. The database numbers the entries without gaps, dates them and chains
them by hash (migration 0005), so that a changed, removed or inserted one is found by `verify`.
"""
