SELECT avg(Value) AS Mean
FROM scores FINAL
-- include: score_filter
  AND Name = ${score:singlequote}
