-- One row for each pointer and each entry of its manifest.
WITH
${pointers},
  entries AS (
    SELECT "bucket", "path", "logical_key", "physical_keys", "hash", "meta", "user_meta", "size"
    FROM (
${manifestLines}
    )
    -- The condition on the path keeps Athena from opening what is no manifest.
    WHERE regexp_like("path", '^s3://[^/]+/[.]quilt/packages/[0-9a-fA-F]{64}$')
      AND "logical_key" IS NOT NULL
  )
SELECT
  ${bucketColumn}pointers."user",
  pointers."name",
  pointers."timestamp",
  pointers."hash" AS "tophash",
  entries."logical_key",
  entries."physical_keys",
  entries."hash",
  entries."meta",
  entries."user_meta",
  TRY_CAST(entries."size" AS bigint) AS "size"
FROM entries
-- On the manifest's path, and with the pointers last: Athena reads the pointers first, and then opens the manifests that
-- they name and no others.
JOIN pointers ON entries."bucket" = pointers."bucket"
  AND entries."path" = 's3://' || pointers."bucket" || '/.quilt/packages/' || pointers."hash"
