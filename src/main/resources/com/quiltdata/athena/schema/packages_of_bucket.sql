      SELECT
        CAST('${bucket}' AS varchar) AS "bucket",
        pointers."user",
        pointers."name",
        pointers."hash",
        pointers."timestamp",
        headers."message",
        headers."meta",
        headers."user_meta",
        headers."version"
      FROM "${manifestsTable}" AS headers
      -- On the manifest's path, and with the pointers last: the engine reads the pointers first, and then opens the
      -- manifests that they name and no others.
      JOIN (
${pointers}
      ) AS pointers ON headers."$path" = 's3://${bucket}/.quilt/packages/' || pointers."hash"
      -- The condition on the path keeps the engine from opening what is no manifest.
      WHERE regexp_like(headers."$path", '^s3://[^/]+/[.]quilt/packages/[0-9a-fA-F]{64}$')
        AND headers."logical_key" IS NULL
        AND (headers."version" IS NOT NULL OR headers."message" IS NOT NULL OR headers."user_meta" IS NOT NULL)${andPaths}
