SELECT countIf(Status = 'pending') AS Waiting FROM alert_outbox FINAL
