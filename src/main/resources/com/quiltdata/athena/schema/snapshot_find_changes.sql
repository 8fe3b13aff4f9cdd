-- One row: how many pointers are to be changed, whether one more round is needed after the next, and, as conditions, which
-- manifests are to be copied in the next one, and which packages it changes or takes copies from. The conditions have
-- literals alone, because every engine skips files by those.
WITH
  -- The manifests that changed pointers name, null for those that are gone, and the packages that name them or have a copy.
  manifests AS (
    SELECT
      "manifest",
      count_if("is_change") AS "changes",
      "manifest" IS NOT NULL AND count_if(NOT "is_change") = 0 AS "is_new",
      array_agg("name") AS "names"
    FROM "${snapshot}"
    CROSS JOIN UNNEST(
      ARRAY["tophash", "applied"], ARRAY["tophash" IS NULL OR "tophash" IS DISTINCT FROM "applied", false]
    ) AS named ("manifest", "is_change")
    WHERE "bucket" = '${bucket}' AND "kind" = 'pointer' AND ("is_change" OR "manifest" IS NOT NULL)
    GROUP BY "manifest"
    HAVING count_if("is_change") > 0
  ),
  plan AS (
    SELECT
      coalesce(sum("changes"), 0) AS "changes",
      -- With one that is left for the round after the next, if there are as many.
      array_sort(coalesce(min("manifest", ${mostManifests} + 1) FILTER (WHERE "is_new"), ARRAY[])) AS "manifests",
      -- With the bucket's own row.
      array_distinct(coalesce(flatten(array_agg("names")), ARRAY[]) || '') AS "names"
    FROM manifests
  )
SELECT
  "changes",
  cardinality("manifests") > ${mostManifests} AS "more",
  CASE
    WHEN cardinality("manifests") = 0 THEN '= '''''
    WHEN cardinality("manifests") <= ${mostNamed}
    THEN 'IN (''${manifests}' || array_join("manifests", ''', ''${manifests}') || ''')'
    ELSE
      'BETWEEN ''${manifests}' || "manifests"[1]
      || ''' AND ''${manifests}' || "manifests"[least(cardinality("manifests"), ${mostManifests})] || ''''
  END AS "paths",
  CASE
    -- Names that need no quoting, which are all that quilt3 lets in.
    WHEN all_match("names", name -> regexp_like(name, '^[A-Za-z0-9_.-]*$'))
      AND length(array_join("names", ''', ''')) + 4 <= ${mostOfNames}
    THEN 'IN (''' || array_join("names", ''', ''') || ''')'
    ELSE 'IS NOT NULL'
  END AS "names"
FROM plan
