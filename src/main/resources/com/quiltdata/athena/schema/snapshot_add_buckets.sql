-- Every bucket has one row that each refresh changes: so two refreshes at once cannot both be committed.
INSERT INTO "${snapshot}" ("bucket", "kind", "user", "name", "timestamp")
SELECT "bucket", 'refresh', '', '', ''
FROM (VALUES ${buckets}) AS configured ("bucket")
WHERE "bucket" NOT IN (SELECT "bucket" FROM "${snapshot}" WHERE "kind" = 'refresh')
