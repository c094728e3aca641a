WITH (
    SELECT max(ReceivedAt) FROM spans WHERE $__timeFilter(Timestamp) AND Project = ${project:singlequote}
) AS newest
