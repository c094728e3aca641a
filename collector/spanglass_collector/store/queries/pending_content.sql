-- What events said of each span and is not in the span yet: whole arrays where one was sent, else the messages in order.
SELECT
    Project, TraceId, SpanId,
    min(Timestamp) AS First, max(Timestamp) AS Last,
    sipHash64(arraySort(groupArray(Digest))) AS Said,
    if(countIf(IsWhole AND InputMessages != '') > 0, argMaxIf(InputMessages, Timestamp, IsWhole AND InputMessages != ''),
       arrayStringConcat(arrayMap(m -> m.3, arraySort(groupArrayIf((Timestamp, Position, InputMessages), NOT IsWhole AND InputMessages != ''))), ',')) AS Asked,
    if(countIf(IsWhole AND OutputMessages != '') > 0, argMaxIf(OutputMessages, Timestamp, IsWhole AND OutputMessages != ''),
       arrayStringConcat(arrayMap(m -> m.3, arraySort(groupArrayIf((Timestamp, Position, OutputMessages), NOT IsWhole AND OutputMessages != ''))), ',')) AS Answered,
    argMaxIf(SystemInstructions, Timestamp, SystemInstructions != '') AS Instructed,
    argMaxIf(ToolDefinitions, Timestamp, ToolDefinitions != '') AS Offered,
    if(Asked = '' OR startsWith(Asked, '['), Asked, concat('[', Asked, ']')) AS Input,
    if(Answered = '' OR startsWith(Answered, '['), Answered, concat('[', Answered, ']')) AS Output
FROM span_content
WHERE (Project, TraceId, SpanId) IN
(
    SELECT Project, TraceId, SpanId FROM span_content WHERE StoredAt > now64(9) - toIntervalSecond({horizon_s:UInt32})
)
GROUP BY Project, TraceId, SpanId
HAVING (Project, TraceId, SpanId, Said) NOT IN (SELECT Project, TraceId, SpanId, Digest FROM span_content_joined)
ORDER BY Last DESC
LIMIT {limit:UInt32}
