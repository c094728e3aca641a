SELECT Dataset, Version, CreatedAt AS Created, Items, arrayStringConcat(arrayMap((name, n) -> concat(name, ' ', toString(n)), mapKeys(Splits), mapValues(Splits)), ', ') AS Splits, Source, Selection
FROM datasets FINAL
WHERE Project = ${project:singlequote}
ORDER BY Created DESC
LIMIT 100
