SELECT "bucket", count(*) AS "packages" FROM "all_quilt_packages_view" WHERE "timestamp" = 'latest' GROUP BY "bucket"
