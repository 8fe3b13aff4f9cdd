-- Removes what is of other buckets. Rows of none are nobody's.
DELETE FROM "${snapshot}" WHERE "bucket" IS NULL OR "bucket" NOT IN (${buckets})
