-- One row for each pointer and each entry of its manifest.
SELECT
  ${bucketColumn}"user",
  "name",
  "timestamp",
  "tophash",
  "logical_key",
  "physical_keys",
  "hash",
  "meta",
  "user_meta",
  "size"
FROM (
${rowsOfBuckets}
)
