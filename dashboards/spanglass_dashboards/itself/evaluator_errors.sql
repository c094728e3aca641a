SELECT $__timeInterval(ScoredAt) AS time, Evaluator AS series, countIf(Error != '') / count() AS share
FROM scores FINAL
WHERE Project = ${project:singlequote} AND $__timeFilter(ScoredAt) AND Source = 'evaluator'
GROUP BY time, series
ORDER BY time, series
