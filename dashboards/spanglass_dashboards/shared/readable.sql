-- Messages as text: the parts' contents where messages have parts (OpenTelemetry GenAI), else their content.
messages -> arrayStringConcat(arrayMap(message -> concat(JSONExtractString(message, 'role'), ': ',
        if(JSONHas(message, 'parts'),
           arrayStringConcat(arrayMap(part -> if(JSONHas(part, 'content'), JSONExtractString(part, 'content'), part), JSONExtractArrayRaw(message, 'parts')), ' '),
           JSONExtractString(message, 'content'))), JSONExtractArrayRaw(messages)), '\n') AS readable
