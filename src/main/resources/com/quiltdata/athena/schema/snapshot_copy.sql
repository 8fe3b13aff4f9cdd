-- Puts the rows of new, moved and deleted pointers in the place of their old ones, as far as their manifests are copied
-- already or are among those of this round. The others keep the rows that they have, and so do packages that were not
-- changed yet when this round was planned.
MERGE INTO "${snapshot}" AS snapshot
USING (
  WITH
    -- What named pointers say is told here, and for the others the table knows it.
    pointers AS (
      SELECT
        *,
        "tophash" IS DISTINCT FROM "applied" AND coalesce('${manifests}' || "tophash" ${paths}, false) AS "is_read"
      FROM (
        SELECT
          "user",
          "name",
          "timestamp",
          CASE WHEN bool_or("is_named") THEN max("tophash") FILTER (WHERE "is_named") ELSE max("tophash") END AS "tophash",
          max("applied") AS "applied",
          NOT bool_and("is_named") AS "is_known"
        FROM (
          SELECT "user", "name", "timestamp", "tophash", "applied", false AS "is_named"
          FROM "${snapshot}"
          WHERE "bucket" = '${bucket}' AND "kind" = 'pointer' AND "name" ${names}
          UNION ALL
          SELECT *, NULL, true FROM (VALUES ${named})
        ) AS told ("user", "name", "timestamp", "tophash", "applied", "is_named")
        GROUP BY "user", "name", "timestamp"
      )
    ),
    -- Beside each, a pointer that has the rows of the manifest that it names, if there is one.
    changed AS (
      SELECT *
      FROM (
        SELECT
          *,
          min(CASE WHEN "has_rows" THEN "user" || '/' || "name" || '/' || "timestamp" END)
            OVER (PARTITION BY "manifest") AS "copy"
        FROM pointers
        CROSS JOIN UNNEST(ARRAY["tophash", "applied"], ARRAY[false, true]) AS manifests ("manifest", "has_rows")
        WHERE NOT "has_rows" OR "applied" IS NOT NULL
      )
      WHERE NOT "has_rows"
        AND (
          "is_read"
          OR "tophash" IS NULL AND "is_known"
          OR "tophash" IS DISTINCT FROM "applied" AND "copy" IS NOT NULL
        )
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
  JOIN (SELECT * FROM changed WHERE NOT "is_read") AS changed
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
