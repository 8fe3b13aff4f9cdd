-- The rows of the objects view as of the last refresh.
SELECT
  ${bucketColumn}"user",
  "name",
  "timestamp",
  "tophash",
  "logical_key",
  CAST(json_parse("physical_keys") AS array(varchar)) AS "physical_keys",
  CAST(json_parse("hash") AS row("type" varchar, "value" varchar)) AS "hash",
  "meta",
  "user_meta",
  "size"
FROM "${snapshot}"
WHERE ${ofBucket}"kind" = 'entry'
