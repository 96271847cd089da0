"""Records for OpenTelemetry, where it is installed: to the provider of the program, else to an exporter of our own."""

from __future__ import annotations

from typing import Any

from peakguard.kinds.observability.record import LOG, Record

_MISSING = "OpenTelemetry is not installed: pip install 'peakguard[otel]' opentelemetry-exporter-otlp-proto-http"
_NUMBERS = {10: 5, 20: 9, 30: 13, 40: 17, 50: 21}


class OtlpSink:
    """Log records of OpenTelemetry's data model. Its settings come from its own variables (`OTEL_EXPORTER_OTLP_…`)."""

    def __init__(self) -> None:
        self._provider: Any = None
        self._own: Any = None
        self._loggers: dict[str, Any] = {}

    def write(self, record: Record) -> None:
        """Hand a record over. Raises OSError where the packages are not installed."""
        if self._provider is None:
            self._provider = self._find()
        from opentelemetry._logs import LogRecord, SeverityNumber

        form = record.form
        logger = self._loggers.get(record.logger)
        if logger is None:
            logger = self._loggers[record.logger] = self._provider.get_logger(record.logger)
        attributes = {**form["attributes"], "run_id": form["run_id"], "policy_set": form["policy_set"]}
        made = LogRecord(
            timestamp=form["time_unix_nano"],
            observed_timestamp=form["time_unix_nano"],
            context=_context(form["trace_id"], form["span_id"]),
            severity_text=form["severity_text"],
            severity_number=SeverityNumber(_NUMBERS[record.level]),
            body=form.get("body"),
            attributes={name: each for name, each in attributes.items() if each is not None},
            event_name=None if form["event_name"] == LOG else form["event_name"],
        )
        logger.emit(made)

    def close(self) -> None:
        """Send what is still here; a provider of the program is left to it."""
        if self._own is not None:
            self._own.shutdown()

    def _find(self) -> Any:
        try:
            from opentelemetry._logs import get_logger_provider
            from opentelemetry.sdk._logs import LoggerProvider
        except ImportError as error:
            raise OSError(_MISSING) from error
        provider = get_logger_provider()
        if isinstance(provider, LoggerProvider):
            return provider
        try:
            from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
            from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
        except ImportError as error:
            raise OSError(_MISSING) from error
        self._own = LoggerProvider()
        self._own.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
        return self._own


def _context(trace_id: str | None, span_id: str | None) -> Any:
    """The span that a record belongs to, as OpenTelemetry carries it."""
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    if trace_id is None or span_id is None:
        return Context()
    here = SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(here), Context())
