-- Puts the rows of new, moved and deleted pointers in the place of their old ones, as far as their manifests are copied
-- already or are among those of this round. The others keep the rows that they have, and so do packages that were not
-- changed yet when this round was planned.
MERGE INTO "${snapshot}" AS snapshot
USING (
  WITH
    pointers AS (
      SELECT "user", "name", "timestamp", "tophash", "applied"
      FROM "${snapshot}"
      WHERE "bucket" = '${bucket}' AND "kind" = 'pointer' AND "name" ${names}
    ),
    copies AS (
      SELECT "applied" AS "tophash", min("user" || '/' || "name" || '/' || "timestamp") AS "path"
      FROM pointers
      WHERE "applied" IS NOT NULL
      GROUP BY "applied"
    ),
    changed AS (
      SELECT pointers."user", pointers."name", pointers."timestamp", pointers."tophash", copies."path" AS "copy"
      FROM pointers
      LEFT JOIN copies ON pointers."tophash" = copies."tophash"
      WHERE pointers."tophash" IS NULL
        OR pointers."tophash" IS DISTINCT FROM pointers."applied"
          AND (copies."path" IS NOT NULL OR '${manifests}' || pointers."tophash" ${paths})
    ),
    packages AS (
${packages}
    ),
    entries AS (
${entries}
    )
  SELECT
    "user" AS "changed_user",
    "name" AS "changed_name",
    "timestamp" AS "changed_timestamp",
    CAST(NULL AS varchar) AS "kind",
    CAST(NULL AS varchar) AS "user",
    CAST(NULL AS varchar) AS "name",
    CAST(NULL AS varchar) AS "timestamp",
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
  JOIN changed
    ON changed."tophash" = copy."tophash"
      AND changed."copy" = copy."user" || '/' || copy."name" || '/' || copy."timestamp"
  WHERE copy."bucket" = '${bucket}' AND copy."kind" IN ('package', 'entry') AND copy."name" ${names}
) AS change
ON snapshot."bucket" = '${bucket}'
  AND snapshot."name" ${names}
  AND snapshot."user" = change."changed_user"
  AND snapshot."name" = change."changed_name"
  AND snapshot."timestamp" = change."changed_timestamp"
WHEN MATCHED AND (snapshot."kind" <> 'pointer' OR change."tophash" IS NULL) THEN DELETE
WHEN MATCHED THEN UPDATE SET "applied" = change."tophash"
WHEN NOT MATCHED THEN INSERT (
  "bucket", "kind", "user", "name", "timestamp", "tophash", "message", "meta", "user_meta", "logical_key",
  "physical_keys", "hash", "size"
)
VALUES (
  '${bucket}', change."kind", change."user", change."name", change."timestamp", change."tophash", change."message",
  change."meta", change."user_meta", change."logical_key", change."physical_keys", change."hash", change."size"
)
