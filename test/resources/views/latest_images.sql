-- The images of the latest revisions.
SELECT "user", "name", "logical_key", "size"
FROM "imaging_a_quilt_objects_view"
WHERE "timestamp" = 'latest' AND "logical_key" LIKE '%.tiff'; -- CellProfiler's output is not among them
