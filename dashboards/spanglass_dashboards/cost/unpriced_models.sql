SELECT Provider, Model, sum(UnpricedCalls) AS "Unpriced calls", sum(InputTokens) AS "Input tokens", sum(OutputTokens) AS "Output tokens"
FROM usage_1m
-- include: usage_filter
GROUP BY Provider, Model
HAVING sum(UnpricedCalls) > 0
ORDER BY "Unpriced calls" DESC
LIMIT 50
