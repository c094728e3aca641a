SELECT ItemId, Split, TraceId, SpanId, Messages, Rejected, Metadata
FROM dataset_items FINAL
WHERE Project = {project:String} AND DatasetDigest = {digest:String} AND ({split:String} = '' OR Split = {split:String})
ORDER BY ItemId
