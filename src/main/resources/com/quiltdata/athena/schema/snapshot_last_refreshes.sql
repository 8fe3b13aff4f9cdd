-- When the pointers were read that all rows of a bucket are of, and how many pointers have changed since then.
SELECT
  "bucket",
  CASE
    WHEN count_if("kind" = 'pointer' AND ("tophash" IS NULL OR "tophash" IS DISTINCT FROM "applied")) = 0
    THEN max("read_at")
    ELSE max("refreshed_at")
  END AS "refreshed_at",
  count_if("kind" = 'pointer' AND ("tophash" IS NULL OR "tophash" IS DISTINCT FROM "applied")) AS "pending_pointers"
FROM "${snapshot}"
WHERE "kind" IN ('pointer', 'refresh')
GROUP BY "bucket"
