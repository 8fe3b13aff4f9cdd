-- Keys are compared in lower case, since engines differ in whether they keep a key's case.
-- Image files whose nuclei and membranes were segmented by version 1.3 of the algorithm and that show cell 5.
SELECT "user", "name", "logical_key", "physical_keys", "size", "meta"
FROM "${database}"."${objectsView}"
WHERE "timestamp" = 'latest' -- Without this line: in every revision of each package.
  AND "logical_key" LIKE '%.tiff'
  AND json_extract_scalar(lower("meta"), '$.user_meta.nucmembsegmentationalgorithmversion') LIKE '1.3%'
  AND json_array_contains(json_extract(lower("meta"), '$.user_meta.cellindex'), '5')
