SELECT DISTINCT Project FROM usage_1m WHERE $__timeFilter(Minute) ORDER BY Project
