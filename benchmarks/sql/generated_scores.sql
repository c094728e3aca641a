-- A judgement for every second model call.
INSERT INTO scores (Project, ScoredAt, TargetKind, TraceId, SpanId, SessionId, TargetTime, Name, Value, Label, Evaluator,
                    EvaluatorVersion, Source)
SELECT Project, Timestamp, 'span', TraceId, SpanId, SessionId, Timestamp, ['toxicity', 'refusal'][cityHash64(SpanId) % 2 + 1],
       pow((cityHash64(SpanId, 1) % 1000) / 1000, 6), '', 'benchmark', '1', 'evaluator'
FROM spans WHERE Kind = 'llm' AND cityHash64(SpanId) % 4 < 2 AND toUnixTimestamp(Timestamp) % {parts:UInt32} = {part:UInt32}
