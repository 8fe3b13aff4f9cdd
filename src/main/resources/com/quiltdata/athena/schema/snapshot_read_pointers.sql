-- Takes down which manifest each pointer of one part names now; null for a pointer that is gone. Users see nothing of it
-- yet. A part is a range of paths as literals, because every engine skips files by those.
MERGE INTO "${snapshot}" AS snapshot
USING (
  WITH
    found AS (
${pointers}
    ),
    known AS (
      SELECT "user", "name", "timestamp", "tophash", "applied"
      FROM "${snapshot}"
      WHERE "bucket" = '${bucket}'
        AND "kind" = 'pointer'
        AND '${pointersPath}' || "user" || '/' || "name" || '/' || "timestamp" >= '${from}'
        AND '${pointersPath}' || "user" || '/' || "name" || '/' || "timestamp" < '${to}'
    ),
    -- A manifest that gave no package may have been missing when it was looked for: it is looked for again.
    copied AS (
      SELECT DISTINCT "tophash"
      FROM "${snapshot}"
      WHERE "bucket" = '${bucket}' AND "kind" = 'package'
    )
  SELECT
    'pointer' AS "kind",
    coalesce(found."user", known."user") AS "user",
    coalesce(found."name", known."name") AS "name",
    coalesce(found."timestamp", known."timestamp") AS "timestamp",
    found."hash" AS "tophash",
    copied."tophash" AS "applied",
    CAST(NULL AS timestamp(6)) AS "read_at",
    false AS "was_complete"
  FROM found
  FULL JOIN known
    ON found."user" = known."user" AND found."name" = known."name" AND found."timestamp" = known."timestamp"
  LEFT JOIN copied ON known."applied" = copied."tophash"
  WHERE found."hash" IS DISTINCT FROM known."tophash" OR copied."tophash" IS DISTINCT FROM known."applied"
  UNION ALL
  SELECT
    'refresh',
    '',
    '',
    '',
    NULL,
    NULL,
    CAST(CAST(${readAt} AS timestamp(6) with time zone) AT TIME ZONE 'UTC' AS timestamp(6)),
    (
      SELECT count_if("tophash" IS NULL OR "tophash" IS DISTINCT FROM "applied") = 0
      FROM "${snapshot}"
      WHERE "bucket" = '${bucket}' AND "kind" = 'pointer'
    )
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
