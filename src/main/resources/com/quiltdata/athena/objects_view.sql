-- One row for each pointer and each entry of its manifest.
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
  entries AS (
    SELECT "$path" AS "path", "logical_key", "physical_keys", "hash", "meta", "user_meta", "size"
    FROM "${manifestsTable}"
    WHERE "logical_key" IS NOT NULL
  )
SELECT
  pointers."user",
  pointers."name",
  pointers."timestamp",
  pointers."hash" AS "tophash",
  entries."logical_key",
  entries."physical_keys",
  entries."hash",
  entries."meta",
  entries."user_meta",
  TRY_CAST(entries."size" AS bigint) AS "size"
FROM pointers
-- On the manifest's path, and not on a hash taken out of it: Athena then opens only the manifests that are joined.
JOIN entries ON entries."path" = '${manifestsLocation}' || pointers."hash"
