      SELECT
        CAST('${bucket}' AS varchar) AS "bucket", "$path" AS "path",
        "logical_key", "physical_keys", "size", "hash", "meta", "user_meta", "message", "version"
      FROM "${manifestsTable}"
