      SELECT CAST('${bucket}' AS varchar) AS "bucket", "$path" AS "path", "hash"
      FROM "${packagesTable}"
