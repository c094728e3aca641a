SELECT DISTINCT Kind FROM usage_1m WHERE $__timeFilter(Minute) AND Project = ${project:singlequote} AND Kind != '' ORDER BY Kind
