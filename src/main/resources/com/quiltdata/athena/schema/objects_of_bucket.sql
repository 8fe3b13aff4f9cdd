    SELECT
      CAST('${bucket}' AS varchar) AS "bucket",
      pointers."user",
      pointers."name",
      pointers."timestamp",
      pointers."hash" AS "tophash",
      entries."logical_key",
      entries."physical_keys",
      entries."hash",
      entries."meta",
      entries."user_meta",
      TRY_CAST(entries."size" AS bigint) AS "size"
    FROM "${manifestsTable}" AS entries
    -- On the manifest's path, and with the pointers last: the engine reads the pointers first, and then opens the
    -- manifests that they name and no others.
    JOIN (
${pointers}
    ) AS pointers ON entries."$path" = 's3://${bucket}/.quilt/packages/' || pointers."hash"
    -- The condition on the path keeps the engine from opening what is no manifest.
    WHERE regexp_like(entries."$path", '^s3://[^/]+/[.]quilt/packages/[0-9a-fA-F]{64}$')
      AND entries."logical_key" IS NOT NULL${andPaths}
