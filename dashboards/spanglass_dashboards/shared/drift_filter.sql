WHERE $__timeFilter(WindowEnd)
  AND Project = ${project:singlequote}
  AND Name ILIKE '%drift%' AND Error = ''
  AND $__conditionalAll(concat(formatDateTime(ReferenceStart, '%Y-%m-%d %H:%i'), ' to ', formatDateTime(ReferenceEnd, '%Y-%m-%d %H:%i')) IN (${reference:singlequote}), $reference)
  AND $__conditionalAll(Feature IN (${feature:singlequote}), $feature)
  AND $__conditionalAll(Cohort IN (${cohort:singlequote}), $cohort)
