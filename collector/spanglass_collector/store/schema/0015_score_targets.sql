-- Traces, sessions and dataset items are judged, too. A trace that has grown since is judged again: to the same row.
ALTER TABLE scores {{ on_cluster }}
    ADD COLUMN TargetId String COMMENT 'dataset items: ItemId; empty for what has an id in a column of its own' CODEC(ZSTD(1)),
    ADD COLUMN TargetSpans UInt32 COMMENT 'traces and sessions: how many spans there were when it was judged' CODEC(ZSTD(1)),
    MODIFY COLUMN TargetTime DateTime64(9) COMMENT 'start of the judged span; of the first known span of a trace or session' CODEC(Delta, ZSTD(1)),
    MODIFY ORDER BY (Project, Name, TargetTime, TargetKind, TraceId, SpanId, SessionId, Evaluator, EvaluatorVersion, ConfigDigest, Source, TargetId);
