-- One row: for each bucket with many pointers, the paths that divide them into parts, as the insides of SQL's quotes.
SELECT coalesce(json_format(CAST(map_agg("bucket", "paths") AS json)), '{}') AS "parts"
FROM (
  SELECT "bucket", array_agg(replace("path", '''', '''''') ORDER BY "path") AS "paths"
  FROM (
    SELECT "bucket", "path", row_number() OVER (PARTITION BY "bucket" ORDER BY "path") AS "position"
    FROM (
      SELECT
        "bucket",
        's3://' || "bucket" || '/.quilt/named_packages/' || "user" || '/' || "name" || '/' || "timestamp" AS "path"
      FROM "${snapshot}"
      WHERE "kind" = 'pointer'
    )
    WHERE "path" IS NOT NULL
  )
  WHERE "position" > 1 AND "position" % ${mostPointers} = 1
  GROUP BY "bucket"
)
