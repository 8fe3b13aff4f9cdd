-- Removes rows that no pointer has.
DELETE FROM "${snapshot}"
WHERE "bucket" = '${bucket}'
  AND "kind" IN ('package', 'entry')
  AND coalesce("user" || '/' || "name" || '/' || "timestamp", '') NOT IN (
    SELECT "user" || '/' || "name" || '/' || "timestamp"
    FROM "${snapshot}"
    WHERE "bucket" = '${bucket}' AND "kind" = 'pointer'
  )
