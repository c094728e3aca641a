SELECT uniq(TraceId, SpanId) / nullIf((
    SELECT sum(Calls) FROM usage_1m
    -- include: usage_filter
), 0) AS Share
FROM scores FINAL
-- include: score_filter
  AND Source = 'evaluator' AND TargetKind = 'span'
