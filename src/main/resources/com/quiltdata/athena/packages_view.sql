-- One row for each pointer whose manifest has a header.
WITH
  pointers AS (
    SELECT
      split_part("$path", '/', 6) AS "user",
      split_part("$path", '/', 7) AS "name",
      split_part("$path", '/', 8) AS "timestamp",
      trim("hash") AS "hash"
    FROM "${packagesTable}"
    WHERE regexp_like(trim("hash"), '^[0-9a-f]{64}$')
  ),
  headers AS (
    SELECT "$path" AS "path", "message", "meta", "user_meta"
    FROM "${manifestsTable}"
    WHERE "logical_key" IS NULL AND "version" IS NOT NULL
  )
SELECT
  pointers."user",
  pointers."name",
  pointers."hash",
  pointers."timestamp",
  headers."message",
  headers."meta",
  headers."user_meta"
FROM pointers
-- On the manifest's path, and not on a hash taken out of it: Athena then opens only the manifests that are joined.
JOIN headers ON headers."path" = '${manifestsLocation}' || pointers."hash"
