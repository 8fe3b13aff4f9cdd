/* A comment /* does not nest; -- and this ends it: */
WITH RECURSIVE "größen"("n") AS (
  SELECT 1 -- it's; "odd"
  UNION ALL
  SELECT "n" + 1 FROM "größen" WHERE "n" < 2
)
SELECT
  "n",
  extract(YEAR FROM DATE '2020-01-02') AS "year",
  '\n $.a ${a} {{a}} ''/*'' 細胞' AS "text",
  "key"
FROM "größen"
CROSS JOIN LATERAL (SELECT count(*) AS "images" FROM latest_images)
CROSS JOIN UNNEST(ARRAY['a;b']) AS keys("key")
WHERE "images" IS DISTINCT FROM "n";
-- The end
