-- A clock may be wrong by centuries: 32-bit seconds end in 2106 and would start again in 1970.
ALTER TABLE spans_trace_id_ts {{ on_cluster }}
    MODIFY COLUMN Start SimpleAggregateFunction(min, DateTime64(0)),
    MODIFY COLUMN End SimpleAggregateFunction(max, DateTime64(0));
