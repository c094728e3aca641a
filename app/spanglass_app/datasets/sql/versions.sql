SELECT Dataset, Version, Digest, LineageId, CreatedAt, ParentDigest, Source, Selection, Items, Splits
FROM datasets FINAL
WHERE Project = {project:String} AND ({dataset:String} = '' OR Dataset = {dataset:String})
ORDER BY Dataset, CreatedAt DESC
