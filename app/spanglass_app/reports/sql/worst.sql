SELECT s.Name, s.Value, s.Label, s.TraceId, p.RequestModel, p.UserId
FROM scores AS s
INNER JOIN spans AS p ON p.Project = s.Project AND p.TraceId = s.TraceId AND p.SpanId = s.SpanId
WHERE s.Project = {project:String} AND s.TargetTime >= {since:DateTime} AND p.Timestamp >= {since:DateTime} AND s.Name = 'toxicity' AND s.Value >= 0.5
ORDER BY s.Value DESC
LIMIT 5
