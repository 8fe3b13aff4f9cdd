-- One row for each pointer whose manifest has a header.
SELECT ${bucketColumn}"user", "name", "hash", "timestamp", "message", "meta", "user_meta"
FROM (
  SELECT
    *,
    -- A manifest has one header. Where it has several, one of them is taken, and always the same: lines have no number.
    -- They are numbered after the join, because before it they would be read before the engine knows which are needed.
    row_number() OVER (
      PARTITION BY "bucket", "user", "name", "timestamp"
      ORDER BY "version", "message", "user_meta", "meta"
    ) AS "position"
  FROM (
${rowsOfBuckets}
  )
)
WHERE "position" = 1
