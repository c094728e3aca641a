(
    SELECT
        TraceId, SpanId, TargetTime, Name, Value, Label, Explanation,
        multiIf(
            Name ILIKE '%toxic%' OR Name ILIKE '%hate%' OR Name ILIKE '%moderation%', 'toxicity',
            Name ILIKE '%pii%' OR Name ILIKE '%secret%' OR Name ILIKE '%leak%', 'personal data',
            Name ILIKE '%inject%' OR Name ILIKE '%jailbreak%', 'injection',
            Name ILIKE '%refus%', 'refusal',
            ''
        ) AS Family,
        -- A label that does not say all is well, or without labels a value of at least one half. Labels without a value
        -- ('unknown', 'empty') say that the evaluator could not tell, unless they name what was found.
        multiIf(
            Value IS NULL, 1,
            Label = '', Value >= 0.5,
            lower(Label) NOT IN ('ok', 'clean', 'none', 'safe', 'benign', 'answered', 'no', 'pass', 'unflagged')
        ) AS Flagged
    FROM scores FINAL
    -- include: score_filter
      AND (Value IS NOT NULL OR lower(Label) IN ('toxic', 'refused', 'unsafe', 'flagged', 'injection', 'jailbreak', 'pii'))
)
