WHERE $__timeFilter(Minute)
  AND
  -- include: usage_choices
