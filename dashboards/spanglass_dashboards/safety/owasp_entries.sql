SELECT
    known.Entry AS Entry, Risk,
    nullIf(judged.Count, 0) AS Judged,
    if(judged.Count = 0, NULL, judged.Found) AS Findings,
    nullIf(guarded.Found, 0) AS "Found by guards"
FROM
(
    SELECT entry.1 AS Entry, entry.2 AS Risk
    FROM
    (
        SELECT arrayJoin([
            ('LLM01:2025', 'Prompt injection'), ('LLM02:2025', 'Sensitive information disclosure'), ('LLM03:2025', 'Supply chain'),
            ('LLM04:2025', 'Data and model poisoning'), ('LLM05:2025', 'Improper output handling'),
            ('LLM06:2025', 'Excessive agency'), ('LLM07:2025', 'System prompt leakage'),
            ('LLM08:2025', 'Vector and embedding weaknesses'), ('LLM09:2025', 'Misinformation'),
            ('LLM10:2025', 'Unbounded consumption')]) AS entry
    )
) AS known
LEFT JOIN
(
    -- By the evaluator's name: what it judged and found clean has no explanation.
    SELECT
        transform(
            splitByChar('.', Name)[1],
            ['pii', 'secrets', 'prompt_injection', 'indirect_injection', 'prompt_leak', 'exfiltration', 'unsafe_code'],
            ['LLM02:2025', 'LLM02:2025', 'LLM01:2025', 'LLM01:2025', 'LLM07:2025', 'LLM05:2025', 'LLM05:2025'],
            '') AS Entry,
        count() AS Count,
        countIf(startsWith(Explanation, Entry)) AS Found
    FROM scores FINAL
    -- include: score_filter
      AND Value IS NOT NULL
    GROUP BY Entry
    HAVING Entry != ''
) AS judged ON judged.Entry = known.Entry
LEFT JOIN
(
    SELECT Entry, count() AS Found FROM
    -- include: guard_entries
    GROUP BY Entry
) AS guarded ON guarded.Entry = known.Entry
ORDER BY Entry
LIMIT 10
