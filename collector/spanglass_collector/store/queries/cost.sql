if(Kind IN ('llm', 'embedding', 'reranker') AND InputTokens IS NOT NULL AND (OutputTokens IS NOT NULL OR Kind != 'llm'),
   ifNotFinite(arraySum(arrayMap((n, usd) -> if(n = 0, 0., n * usd),
       -- Parts are taken out of the inclusive totals, never added to them: running sums are cut at the whole, and what is left is the rest.
       arrayConcat(
           arrayDifference(arrayMap(n -> least(n, ifNull(InputTokens, 0)), arrayCumSum([0, ifNull(CachedInputTokens, 0), ifNull(CacheWrite1hTokens, 0) AS hour, toUInt64(greatest(ifNull(CacheWriteTokens, 0), hour) - hour), ifNull(InputAudioTokens, 0), ifNull(InputTokens, 0)]))),
           arrayDifference(arrayMap(n -> least(n, ifNull(OutputTokens, 0)), arrayCumSum([0, ifNull(OutputAudioTokens, 0), ifNull(OutputTokens, 0)])))),
       -- The prices of the largest bracket that the call's input exceeds.
       arrayResize(arraySlice({price}.2, 9 * greatest(1, arrayCount(start -> start < InputTokens, {price}.1)) - 8, 9), 9, nan))), NULL),
   NULL)
