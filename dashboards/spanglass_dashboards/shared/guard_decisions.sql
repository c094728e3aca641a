(
    -- A guard writes each decision as a score (docs/sdk/guard.md): the action as label, what went wrong and the places as
    -- explanation. Checks are those that found something; Unchecked: one was late or raised, and `on_error` decided.
    SELECT
        TraceId, SpanId, TargetTime, substring(Name, 7) AS Side, Label AS Action, Explanation,
        startsWith(Explanation, 'error: ') AS Unchecked,
        Unchecked AND match(Explanation, '(^error: |; )(deadline|stuck): ') AS Late,
        arrayDistinct(arrayMap(
            place -> splitByChar('.', place)[1],
            arrayFilter(place -> match(place, ' at [0-9]+ to [0-9]+'), splitByString('; ', Explanation)))) AS Checks
    FROM scores FINAL
    -- include: score_filter
      AND Name IN ('guard.input', 'guard.output') AND Source = 'sdk'
)
