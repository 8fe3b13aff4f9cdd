-- Takes down which manifest each pointer of one part names now; null for a pointer that is gone. Users see nothing of it
-- yet. A part is a range of paths as literals, because every engine skips files by those.
MERGE INTO "${snapshot}" AS snapshot
USING (
  WITH
    found AS (
${pointers}
    ),
    told AS (
      SELECT "kind", "user", "name", "timestamp", "tophash", "applied"
      FROM "${snapshot}"
      WHERE "bucket" = '${bucket}' AND "kind" IN ('pointer', 'package')
      UNION ALL
      SELECT 'found', "user", "name", "timestamp", "hash", NULL FROM found
    ),
    -- One row for each pointer, and one for the bucket.
    pointers AS (
      SELECT
        grouping("user") = 1 AS "is_bucket",
        "user",
        "name",
        "timestamp",
        '${pointersPath}' || "user" || '/' || "name" || '/' || "timestamp" AS "path",
        max("tophash") FILTER (WHERE "kind" = 'found') AS "found",
        max("tophash") FILTER (WHERE "kind" = 'pointer') AS "known",
        max("applied") AS "applied",
        -- A manifest that gave no package may have been missing when it was looked for: it is looked for again.
        CASE WHEN max("tophash") FILTER (WHERE "kind" = 'package') = max("applied") THEN max("applied") END AS "copied",
        count_if("kind" = 'pointer' AND ("tophash" IS NULL OR "tophash" IS DISTINCT FROM "applied")) AS "pending"
      FROM told
      GROUP BY GROUPING SETS (("user", "name", "timestamp"), ())
    )
  SELECT
    CASE WHEN "is_bucket" THEN 'refresh' ELSE 'pointer' END AS "kind",
    coalesce("user", '') AS "user",
    coalesce("name", '') AS "name",
    coalesce("timestamp", '') AS "timestamp",
    CASE WHEN NOT "is_bucket" THEN "found" END AS "tophash",
    CASE WHEN NOT "is_bucket" THEN "copied" END AS "applied",
    CASE
      WHEN "is_bucket" THEN CAST(CAST(${readAt} AS timestamp(6) with time zone) AT TIME ZONE 'UTC' AS timestamp(6))
    END AS "read_at",
    "is_bucket" AND "pending" = 0 AS "was_complete"
  FROM pointers
  WHERE "is_bucket"
    OR "path" >= '${from}'
      AND "path" < '${to}'
      AND ("found" IS DISTINCT FROM "known" OR "copied" IS DISTINCT FROM "applied")
) AS change
ON snapshot."bucket" = '${bucket}'
  -- As literals, which the engine skips the files of all other kinds by.
  AND snapshot."kind" IN ('pointer', 'refresh')
  AND snapshot."kind" = change."kind"
  AND snapshot."user" = change."user"
  AND snapshot."name" = change."name"
  AND snapshot."timestamp" = change."timestamp"
WHEN MATCHED THEN UPDATE SET
  "tophash" = change."tophash",
  "applied" = change."applied",
  "read_at" = coalesce(change."read_at", snapshot."read_at"),
  "refreshed_at" = CASE WHEN change."was_complete" THEN snapshot."read_at" ELSE snapshot."refreshed_at" END
WHEN NOT MATCHED THEN INSERT ("bucket", "kind", "user", "name", "timestamp", "tophash", "read_at")
VALUES ('${bucket}', change."kind", change."user", change."name", change."timestamp", change."tophash", change."read_at")
