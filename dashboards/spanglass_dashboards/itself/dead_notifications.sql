SELECT countIf(Status = 'dead') AS Dead FROM alert_outbox FINAL WHERE $__timeFilter(CreatedAt)
