SELECT DISTINCT toString(Provider), toString(Model) FROM usage_1m
WHERE UnpricedCalls > 0 AND Model != ''
  AND (toString(Provider), toString(Model)) NOT IN (SELECT Provider, Model FROM model_prices)
