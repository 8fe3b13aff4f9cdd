-- The rows of the packages view as of the last refresh.
SELECT ${bucketColumn}"user", "name", "tophash" AS "hash", "timestamp", "message", "meta", "user_meta"
FROM "${snapshot}"
WHERE ${ofBucket}"kind" = 'package'
