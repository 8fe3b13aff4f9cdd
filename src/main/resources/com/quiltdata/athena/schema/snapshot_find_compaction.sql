-- One row: the buckets with parts of the table in many small files, and whether old versions of it are to be removed. Only
-- the table's metadata are read.
SELECT
  coalesce(
    (
      SELECT json_format(CAST(array_agg(DISTINCT "partition"."bucket") AS json))
      FROM "${snapshot}$partitions"
      WHERE "file_count" > ${mostFiles} AND "total_size" / "file_count" < ${smallFile}
    ),
    '[]'
  ) AS "buckets",
  (
    SELECT count_if("committed_at" < current_timestamp - INTERVAL '2' DAY) > 0 FROM "${snapshot}$snapshots"
  ) AS "is_old"
