(
    SELECT
        Timestamp,
        arrayJoin(arrayConcat(
            JSONExtract(SpanAttributes['spanglass.guard.input.owasp'], 'Array(String)'),
            JSONExtract(SpanAttributes['spanglass.guard.output.owasp'], 'Array(String)'))) AS Entry
    FROM
    -- include: guarded_spans
)
