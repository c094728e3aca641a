-- include: human_pairs
SELECT Name AS Score, Evaluator, Version, Pairs, agreed AS Agreed, if(by_chance < 1, (agreed - by_chance) / (1 - by_chance), NULL) AS Kappa, TraceId
FROM
(
    SELECT
        Name, Evaluator, Version, count() AS Pairs, countIf(human = machine) / Pairs AS agreed,
        sumMap(map(human, 1)) AS humans, sumMap(map(machine, 1)) AS machines,
        arraySum(label -> humans[label] * machines[label], mapKeys(humans)) / (Pairs * Pairs) AS by_chance,
        anyIf(TraceId, human != machine) AS TraceId
    FROM pairs
    GROUP BY Name, Evaluator, Version
)
ORDER BY Score, Evaluator
LIMIT 100
