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
      -- A whole number of bytes, also where it is written as 1.0 or 1e3.
      TRY_CAST(
        regexp_extract(CAST(TRY_CAST(trim(entries."size") AS decimal(38, 18)) AS varchar), '^([0-9]+)[.]0+$', 1) AS bigint
      ) AS "size"
    FROM "${manifestsTable}" AS entries
    -- On the manifest's path, and with the pointers last: the engine reads the pointers first, and then opens the
    -- manifests that they name and no others.
    JOIN (
${pointers}
    ) AS pointers ON entries."$path" = 's3://${bucket}/.quilt/packages/' || pointers."hash"
    -- The condition on the path keeps the engine from opening what is no manifest.
    WHERE regexp_like(entries."$path", '^s3://[^/]+/[.]quilt/packages/[0-9a-fA-F]{64}$')
      AND entries."logical_key" IS NOT NULL${andPaths}
