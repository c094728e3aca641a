SELECT Status, Channel, Event, Rule, Attempts, LastError AS "Last error", CreatedAt AS Created, NextAttemptAt AS "Next attempt"
FROM alert_outbox FINAL
WHERE $__timeFilter(CreatedAt)
ORDER BY indexOf(['dead', 'pending', 'delivered'], Status), Created DESC
LIMIT 100
