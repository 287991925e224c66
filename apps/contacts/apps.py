from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "apps.contacts"
    verbose_name = "Contacts"

    def ready(self) -> None:
        from apps.accounts.columns import declare_columns
        from apps.contacts.fields import columns
        from apps.core.database_roles import declare_append_only

        declare_columns(columns())
        declare_append_only("contacts_noteversion")
