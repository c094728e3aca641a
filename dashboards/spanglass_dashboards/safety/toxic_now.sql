SELECT countIf(Flagged) / nullIf(count(), 0) AS Share
FROM
-- include: safety_scores
WHERE Family = 'toxicity'
