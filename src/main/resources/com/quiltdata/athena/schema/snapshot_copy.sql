-- Puts the rows of new, moved and deleted pointers in the place of their old ones, as far as their manifests are copied
-- already or are among those of this round. The others keep the rows that they have, and so do packages that were not
-- changed yet when this round was planned. What named pointers say is told here, and for the others the table knows it.
MERGE INTO "${snapshot}" AS snapshot
USING (
  WITH
    named AS (SELECT * FROM (VALUES ${named}) AS named ("user", "name", "timestamp", "tophash")),
    known AS (
      SELECT "user", "name", "timestamp", "tophash", "applied"
      FROM "${snapshot}"
      WHERE "bucket" = '${bucket}' AND "kind" = 'pointer' AND "name" ${names}
    ),
    pointers AS (
      SELECT
        coalesce(known."user", named."user") AS "user",
        coalesce(known."name", named."name") AS "name",
        coalesce(known."timestamp", named."timestamp") AS "timestamp",
        CASE WHEN named."user" IS NULL THEN known."tophash" ELSE named."tophash" END AS "tophash",
        known."applied",
        known."user" IS NOT NULL AS "is_known"
      FROM known
      FULL JOIN named
        ON known."user" = named."user" AND known."name" = named."name" AND known."timestamp" = named."timestamp"
    ),
    copies AS (
      SELECT "applied" AS "tophash", min("user" || '/' || "name" || '/' || "timestamp") AS "path"
      FROM known
      WHERE "applied" IS NOT NULL
      GROUP BY "applied"
    ),
    changed AS (
      SELECT
        pointers."user", pointers."name", pointers."timestamp", pointers."tophash", pointers."is_known",
        copies."path" AS "copy"
      FROM pointers
      LEFT JOIN copies ON pointers."tophash" = copies."tophash"
      WHERE pointers."tophash" IS NULL AND pointers."is_known"
        OR pointers."tophash" IS DISTINCT FROM pointers."applied"
          AND (copies."path" IS NOT NULL OR '${manifests}' || pointers."tophash" ${paths})
    ),
    packages AS (
${packages}
    ),
    entries AS (
${entries}
    )
  -- A known pointer has its rows replaced, and another one becomes a row.
  SELECT
    CASE WHEN "is_known" THEN "user" END AS "changed_user",
    CASE WHEN "is_known" THEN "name" END AS "changed_name",
    CASE WHEN "is_known" THEN "timestamp" END AS "changed_timestamp",
    CASE WHEN NOT "is_known" THEN 'pointer' END AS "kind",
    CASE WHEN NOT "is_known" THEN "user" END AS "user",
    CASE WHEN NOT "is_known" THEN "name" END AS "name",
    CASE WHEN NOT "is_known" THEN "timestamp" END AS "timestamp",
    "tophash",
    CAST(NULL AS varchar) AS "message",
    CAST(NULL AS varchar) AS "meta",
    CAST(NULL AS varchar) AS "user_meta",
    CAST(NULL AS varchar) AS "logical_key",
    CAST(NULL AS varchar) AS "physical_keys",
    CAST(NULL AS varchar) AS "hash",
    CAST(NULL AS bigint) AS "size"
  FROM changed
  UNION ALL
  -- The bucket's own row, so that of two statements at once one is too late, whatever they change.
  SELECT '', '', '', 'refresh', '', '', '', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL
  UNION ALL
  SELECT
    NULL, NULL, NULL, 'package', "user", "name", "timestamp", "hash", "message", "meta", "user_meta", NULL, NULL, NULL,
    NULL
  FROM packages
  UNION ALL
  SELECT
    NULL, NULL, NULL, 'entry', "user", "name", "timestamp", "tophash", NULL, "meta", "user_meta", "logical_key",
    json_format(CAST("physical_keys" AS json)), json_format(CAST("hash" AS json)), "size"
  FROM entries
  UNION ALL
  SELECT
    NULL, NULL, NULL, copy."kind", changed."user", changed."name", changed."timestamp", copy."tophash",
    copy."message", copy."meta", copy."user_meta", copy."logical_key", copy."physical_keys", copy."hash", copy."size"
  FROM "${snapshot}" AS copy
  -- Where nothing has a copy, as after most pushes, the engine does not read the table for it.
  JOIN (SELECT * FROM changed WHERE "copy" IS NOT NULL) AS changed
    ON changed."tophash" = copy."tophash"
      AND changed."copy" = copy."user" || '/' || copy."name" || '/' || copy."timestamp"
  WHERE copy."bucket" = '${bucket}' AND copy."kind" IN ('package', 'entry') AND copy."name" ${names}
) AS change
ON snapshot."bucket" = '${bucket}'
  AND snapshot."name" ${names}
  AND snapshot."user" = change."changed_user"
  AND snapshot."name" = change."changed_name"
  AND snapshot."timestamp" = change."changed_timestamp"
WHEN MATCHED AND snapshot."kind" = 'refresh' THEN UPDATE SET "read_at" = snapshot."read_at"
WHEN MATCHED AND (snapshot."kind" <> 'pointer' OR change."tophash" IS NULL) THEN DELETE
WHEN MATCHED THEN UPDATE SET "tophash" = change."tophash", "applied" = change."tophash"
WHEN NOT MATCHED THEN INSERT (
  "bucket", "kind", "user", "name", "timestamp", "tophash", "message", "meta", "user_meta", "logical_key",
  "physical_keys", "hash", "size", "applied"
)
VALUES (
  '${bucket}', change."kind", change."user", change."name", change."timestamp", change."tophash", change."message",
  change."meta", change."user_meta", change."logical_key", change."physical_keys", change."hash", change."size",
  CASE WHEN change."kind" = 'pointer' THEN change."tophash" END
)
