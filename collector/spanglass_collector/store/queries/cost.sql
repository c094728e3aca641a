if(Kind IN ('llm', 'embedding', 'reranker') AND InputTokens IS NOT NULL AND (OutputTokens IS NOT NULL OR Kind != 'llm'),
   ifNotFinite(arraySum(arrayMap((n, usd) -> if(n = 0, 0., n * usd),
       -- Parts are taken out of the inclusive totals, never added to them: running sums are cut at the whole, and what is left is the rest.
       arrayConcat(
           arrayDifference(arrayMap(n -> least(n, ifNull(InputTokens, 0)), arrayCumSum([0, ifNull(CachedInputTokens, 0), ifNull(CacheWriteTokens, 0), ifNull(InputAudioTokens, 0), ifNull(InputTokens, 0)]))),
           arrayDifference(arrayMap(n -> least(n, ifNull(OutputTokens, 0)), arrayCumSum([0, ifNull(OutputAudioTokens, 0), ifNull(OutputTokens, 0)])))),
       -- The prices of the largest bracket that the call's input exceeds.
       arrayResize(arraySlice({price}.2, 8 * greatest(1, arrayCount(start -> start < InputTokens, {price}.1)) - 7, 8), 8, nan))), NULL),
   NULL)
