WHERE $__timeFilter(TargetTime)
  AND Project = ${project:singlequote}
  AND Error = ''
