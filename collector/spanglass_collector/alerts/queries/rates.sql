-- Model calls and tokens a second over the two newest whole minutes, all projects together.
SELECT sum(Calls) / 120, sum(InputTokens) / 120, sum(OutputTokens) / 120 FROM usage_1m
WHERE Kind IN ('llm', 'embedding', 'reranker')
  AND Minute >= toStartOfMinute({now:DateTime}) - INTERVAL 2 MINUTE AND Minute < toStartOfMinute({now:DateTime})
