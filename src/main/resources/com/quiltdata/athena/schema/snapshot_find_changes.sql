-- One row: how many pointers are to be changed, whether one more round is needed after the next, and, as conditions, which
-- manifests are to be copied in the next one, and which packages it changes or takes copies from. The conditions have
-- literals alone, because every engine skips files by those.
WITH
  pointers AS (
    SELECT "name", "tophash", "applied" FROM "${snapshot}" WHERE "bucket" = '${bucket}' AND "kind" = 'pointer'
  ),
  changed AS (
    SELECT "name", "tophash" FROM pointers WHERE "tophash" IS NULL OR "tophash" IS DISTINCT FROM "applied"
  ),
  names AS (
    SELECT "name" FROM changed
    UNION
    SELECT "name" FROM pointers WHERE "applied" IN (SELECT "tophash" FROM changed WHERE "tophash" IS NOT NULL)
    UNION
    -- The bucket's own row.
    SELECT ''
  ),
  new_manifests AS (
    SELECT DISTINCT "tophash"
    FROM changed
    WHERE "tophash" IS NOT NULL
      AND "tophash" NOT IN (SELECT "applied" FROM pointers WHERE "applied" IS NOT NULL)
  ),
  numbered AS (
    SELECT "tophash", row_number() OVER (ORDER BY "tophash") AS "position", count(*) OVER () AS "manifests"
    FROM new_manifests
  )
SELECT
  (SELECT count(*) FROM changed) AS "changes",
  coalesce(max("manifests") > ${mostManifests}, false) AS "more",
  coalesce(
    CASE
      WHEN max("manifests") <= ${mostNamed}
      THEN 'IN (' || array_join(array_agg('''${manifests}' || "tophash" || ''''), ', ') || ')'
      ELSE 'BETWEEN ''${manifests}' || min("tophash") || ''' AND ''${manifests}' || max("tophash") || ''''
    END,
    '= '''''
  ) AS "paths",
  (
    SELECT
      -- Names that need no quoting, which are all that quilt3 lets in.
      CASE
        WHEN count_if(NOT regexp_like("name", '^[A-Za-z0-9_.-]*$')) = 0 AND sum(length("name") + 4) <= ${mostOfNames}
        THEN 'IN (' || array_join(array_agg('''' || "name" || ''''), ', ') || ')'
        ELSE 'IS NOT NULL'
      END
    FROM names
  ) AS "names"
FROM numbered
WHERE "position" <= ${mostManifests}
