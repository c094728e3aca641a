AND $__conditionalAll(Kind IN (${kind:singlequote}), $kind)
  AND $__conditionalAll(StatusCode IN (${status:singlequote}), $status)
  AND (${user:singlequote} = '' OR UserId = ${user:singlequote})
  AND (${session:singlequote} = '' OR SessionId = ${session:singlequote})
  AND Duration >= ifNull(toFloat64OrNull(${min_ms:singlequote}), 0) * 1e6
  AND (${search:singlequote} = '' OR positionCaseInsensitiveUTF8(concat(SpanName, '\n', InputMessages, '\n', OutputMessages, '\n', Input, '\n', Output), ${search:singlequote}) > 0)
