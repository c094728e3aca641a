WHERE $__timeFilter(WindowEnd)
  AND Project = ${project:singlequote}
  AND Name ILIKE '%gap%' AND Error = ''
  AND $__conditionalAll(Feature IN (${feature:singlequote}), $feature)
