-- One row: the buckets whose rows of a kind are in more small files than the parts of the table, and whether old versions
-- of it are to be removed. Only the table's metadata are read.
SELECT
  coalesce(
    (
      SELECT json_format(CAST(array_agg(DISTINCT "bucket") AS json))
      FROM (
        SELECT "partition"."bucket" AS "bucket"
        FROM "${snapshot}$partitions"
        WHERE "total_size" / "file_count" < ${smallFile}
        GROUP BY "partition"."bucket", "partition"."kind"
        HAVING sum("file_count" - 1) > ${mostFiles}
      )
    ),
    '[]'
  ) AS "buckets",
  (
    SELECT count_if("committed_at" < current_timestamp - INTERVAL '8' HOUR) > 0 FROM "${snapshot}$snapshots"
  ) AS "is_old"
