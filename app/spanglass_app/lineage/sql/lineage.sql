-- The whole chain in one query, a row a deployment: data -> run -> checkpoint -> model version -> deployment -> traces -> next data.
-- `name` is any link of it: a dataset version, a run id, a model version, a deployment id, a lineage id or a trace id.
WITH served AS
(
    SELECT ModelVersion AS Server, uniqExact(TraceId) AS Traces, count() AS Spans, countIf(StatusCode = 'Error') AS Errors,
           min(Timestamp) AS FirstSpan, max(Timestamp) AS LastSpan, argMax(TraceId, Timestamp) AS LastTrace
    FROM spans WHERE Project = {project:String} AND ModelVersion != '' GROUP BY Server
),
next AS
(
    SELECT ParentDigest AS Grown, groupUniqArray(concat(Dataset, '@', Version)) AS Versions
    FROM datasets WHERE Project = {project:String} AND ParentDigest != '' GROUP BY Grown
)
SELECT l.*, served.Traces AS Traces, served.Spans AS Spans, served.Errors AS Errors, served.FirstSpan AS FirstSpan,
       served.LastSpan AS LastSpan, served.LastTrace AS LastTrace, next.Versions AS NextDatasets
FROM lineage AS l
LEFT JOIN served ON served.Server = l.ModelVersion
LEFT JOIN next ON next.Grown = l.DatasetDigest AND l.DatasetDigest != ''
WHERE l.Project = {project:String}
  AND (l.LineageId = {name:String} OR l.ModelVersion = {name:String} OR l.DatasetVersion = {name:String} OR l.RunId = {name:String}
       OR l.DeploymentId = {name:String}
       OR l.ModelVersion IN (SELECT ModelVersion FROM spans WHERE Project = {project:String} AND TraceId = {name:String} AND ModelVersion != ''))
ORDER BY l.ModelVersion, l.DeployedAt
