-- One row for each pointer whose manifest has a header.
WITH
${pointers},
  -- A manifest has one header. Where it has several, one of them is taken, and always the same: lines have no number.
  headers AS (
    SELECT
      "bucket",
      "path",
      "message",
      "meta",
      "user_meta",
      row_number() OVER (PARTITION BY "bucket", "path" ORDER BY "message", "user_meta", "meta") AS "position"
    FROM (
${manifestLines}
    )
    -- The condition on the path keeps Athena from opening what is no manifest.
    WHERE regexp_like("path", '^s3://[^/]+/[.]quilt/packages/[0-9a-fA-F]{64}$')
      AND "logical_key" IS NULL
      AND "version" IS NOT NULL
  )
SELECT
  ${bucketColumn}pointers."user",
  pointers."name",
  pointers."hash",
  pointers."timestamp",
  headers."message",
  headers."meta",
  headers."user_meta"
FROM headers
-- On the manifest's path, and with the pointers last: Athena reads the pointers first, and then opens the manifests that
-- they name and no others.
JOIN pointers ON headers."bucket" = pointers."bucket"
  AND headers."path" = 's3://' || pointers."bucket" || '/.quilt/packages/' || pointers."hash"
WHERE headers."position" = 1
