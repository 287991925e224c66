"""The record of what was done."""

from django.db import models


class JobRun(models.Model):
    """One attempt at a job. It stays when the job is removed from the queue, as the record of what was done."""

    class Outcome(models.TextChoices):
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Done"
        FAILED = "failed", "Failed"
        TIMED_OUT = "timed_out", "Took too long"
        STOPPED = "stopped", "Stopped"
        HANDED_BACK = "handed_back", "Handed back"
        LOST = "lost", "Worker lost"
        STOP_ASKED = "stop_asked", "Told to stop by hand"
        RETRIED = "retried", "Put back by hand"
        DROPPED = "dropped", "Dropped by hand"

    job_id = models.BigIntegerField(help_text="The number in the queue.")
    worker_id = models.BigIntegerField(null=True)
    backend_pid = models.IntegerField(
        null=True, help_text="PostgreSQL's process of its connection, which is ended when the worker is lost."
    )
    attempt = models.IntegerField(help_text="From 1.")
    task = models.CharField(max_length=128)
    queue = models.CharField(max_length=128)
    # No foreign key: core knows nobody, and the record outlives the person.
    actor_id = models.BigIntegerField(
        null=True, help_text="The user who asked; none for the clock and for commands."
    )
    request_id = models.CharField(max_length=64, blank=True)
    scheduled_for = models.DateTimeField(null=True, help_text="The time of the clock that asked for it.")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.RUNNING)
    error = models.TextField(blank=True)
    state = models.JSONField(default=dict, help_text="What the next attempt goes on from.")

    class Meta:
        indexes = [
            models.Index(fields=["job_id", "-id"], name="core_jobrun_job"),
            models.Index(fields=["-started_at", "-id"], name="core_jobrun_newest"),
            models.Index(
                fields=["job_id"], condition=models.Q(outcome="running"), name="core_jobrun_running"
            ),
        ]

    @property
    def seconds(self) -> float | None:
        return None if self.finished_at is None else (self.finished_at - self.started_at).total_seconds()
