-- include: human_pairs
SELECT countIf(human = machine) / nullIf(count(), 0) AS Agreement
FROM pairs
WHERE Name = ${score:singlequote}
