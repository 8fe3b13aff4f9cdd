-- One row: how many pointers are to be changed, whether one more round is needed after the next, and which manifests are
-- to be copied in the next one, as a condition on their paths. It has literals alone, because every engine skips files by
-- those.
WITH
  pointers AS (
    SELECT "tophash", "applied" FROM "${snapshot}" WHERE "bucket" = '${bucket}' AND "kind" = 'pointer'
  ),
  new_manifests AS (
    SELECT DISTINCT "tophash"
    FROM pointers
    WHERE "tophash" IS NOT NULL
      AND "tophash" IS DISTINCT FROM "applied"
      AND "tophash" NOT IN (SELECT "applied" FROM pointers WHERE "applied" IS NOT NULL)
  ),
  numbered AS (
    SELECT "tophash", row_number() OVER (ORDER BY "tophash") AS "position", count(*) OVER () AS "manifests"
    FROM new_manifests
  )
SELECT
  (SELECT count_if("tophash" IS NULL OR "tophash" IS DISTINCT FROM "applied") FROM pointers) AS "changes",
  coalesce(max("manifests") > ${mostManifests}, false) AS "more",
  coalesce(
    CASE
      WHEN max("manifests") <= ${mostNamed}
      THEN 'IN (' || array_join(array_agg('''${manifests}' || "tophash" || ''''), ', ') || ')'
      ELSE 'BETWEEN ''${manifests}' || min("tophash") || ''' AND ''${manifests}' || max("tophash") || ''''
    END,
    '= '''''
  ) AS "paths"
FROM numbered
WHERE "position" <= ${mostManifests}
