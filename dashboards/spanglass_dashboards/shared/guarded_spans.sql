(
    -- The spans that carry decisions, the newest million: found by their time, which is the store's order.
    SELECT Timestamp, SpanAttributes
    FROM spans FINAL
    -- include: span_filter
      AND (Timestamp, TraceId, SpanId) IN (
        SELECT TargetTime, TraceId, SpanId FROM
        -- include: guard_decisions
        ORDER BY TargetTime DESC
        LIMIT 1000000
    )
)
