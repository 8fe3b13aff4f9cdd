DELETE FROM "${snapshot}" WHERE "bucket" NOT IN (${buckets})
