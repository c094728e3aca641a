ALTER TABLE spans
UPDATE ComputedCostUsd = {cost}, CostUsd = coalesce(ReportedCostUsd, {cost}), PriceList = if({cost} IS NULL, '', {price}.3)
WHERE {condition} AND (isNull({cost}) != isNull(ComputedCostUsd) OR {cost} != ComputedCostUsd)
SETTINGS mutations_sync = 1
