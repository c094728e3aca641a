SELECT ServiceName, Created, SampledOut, Dropped, DroppedBy, Exported, Stored, Unaccounted FROM loss_ledger
WHERE Project = {project:String}
ORDER BY Dropped + abs(Unaccounted) DESC, ServiceName
LIMIT 20
