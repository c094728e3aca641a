SELECT Name, Source, count() AS judged, countIf(Error != '') AS failed, avg(Value) AS mean, quantile(0.95)(Value) AS p95,
       arrayStringConcat(arrayMap(x -> concat(if(x.1 = '', '(none)', x.1), ' ', toString(x.2)),
           arraySlice(arraySort(x -> -x.2, arrayZip(mapKeys(labels), mapValues(labels))), 1, 3)), ', ') AS top_labels
FROM
(
    SELECT Name, Source, Value, Error, sumMap(map(toString(Label), toUInt64(1))) OVER (PARTITION BY Name, Source) AS labels
    FROM scores
    WHERE Project = {project:String} AND TargetTime >= {since:DateTime}
)
GROUP BY Name, Source, labels
ORDER BY Name, Source
