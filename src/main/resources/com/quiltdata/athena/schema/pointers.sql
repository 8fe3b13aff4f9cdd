        -- A pointer is a file that holds one top hash, at <user>/<name>/<timestamp, latest or tag> and nowhere else. What has
        -- the name of a compressed file would fail the query when it is read.
        SELECT
          split_part("$path", '/', 6) AS "user",
          split_part("$path", '/', 7) AS "name",
          split_part("$path", '/', 8) AS "timestamp",
          min(trim("hash")) AS "hash"
        FROM "${pointersTable}"
        WHERE regexp_like("$path", '^s3://[^/]+/[.]quilt/named_packages/[^/]+/[^/]+/[^/]+$')
          AND NOT regexp_like("$path", '[.](${compressed})$')
          AND trim("hash") <> ''${andPaths}
        GROUP BY "$path"
        HAVING count(*) = 1 AND regexp_like(min(trim("hash")), '^[0-9a-fA-F]{64}$')
