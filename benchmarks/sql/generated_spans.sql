-- Four spans a trace: an agent that retrieves, asks a model and calls a tool.
INSERT INTO spans
    (Project, Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, Duration, StatusCode, Kind, Provider,
     RequestModel, ResponseModel, InputTokens, OutputTokens, CostUsd, TimeToFirstToken, InputMessages, OutputMessages, SessionId,
     UserId, PromptName, PromptVersion, Environment, Release, ErrorType, ResourceAttributes, SpanAttributes, ReceivedAt)
WITH intDiv(number, 4) AS trace, number % 4 AS place, cityHash64(number) AS chance,
     fromUnixTimestamp64Nano(toInt64({start:Int64} + toInt64(trace / {traces:Float64} * {length:Float64}))) AS at
SELECT
    'default', at, lower(hex(reinterpretAsFixedString(toUInt128(cityHash64(trace)) * 18446744073709551557 + trace))),
    lower(hex(chance)), if(place = 0, '', lower(hex(cityHash64(trace * 4)))), ['answer', 'retrieve', 'chat', 'call tool'][place + 1],
    'Internal', ['shop', 'bank', 'help'][trace % 3 + 1], 1000000 * (100 + chance % 3000), if(chance % 50 = 0, 'Error', 'Ok'),
    ['agent', 'retriever', 'llm', 'tool'][place + 1] AS kind, if(kind = 'llm', 'openai', ''),
    if(kind = 'llm', ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4'][chance % 3 + 1], '') AS model, model,
    if(kind = 'llm', 200 + chance % 4000, NULL), if(kind = 'llm', 20 + chance % 800, NULL),
    if(kind = 'llm' AND chance % 20 != 0, (chance % 1000) / 1e5, NULL), if(kind = 'llm', 1000000 * (50 + chance % 900), NULL),
    if(kind = 'llm', concat('[{"role":"user","parts":[{"type":"text","content":"', repeat(hex(chance), 28), '"}]}]'), ''),
    if(kind = 'llm', concat('[{"role":"assistant","parts":[{"type":"text","content":"', repeat(hex(chance), 12), '"}]}]'), ''),
    concat('s', toString(intDiv(trace, 6))), concat('u', toString(cityHash64(intDiv(trace, 6)) % 20000)), 'answer',
    toString(1 + trace % 4), 'production', '1', if(chance % 50 = 0, 'timeout', ''), map('service.name', 'shop'),
    map('gen_ai.request.temperature', '0.2', 'spanglass.metadata.region', ['north', 'south'][chance % 2 + 1]), at
FROM numbers({offset:UInt64}, {count:UInt64})
