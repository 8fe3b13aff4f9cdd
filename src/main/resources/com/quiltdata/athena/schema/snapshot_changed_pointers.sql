        SELECT "user", "name", "timestamp", "tophash" AS "hash"
        FROM pointers
        WHERE "is_read" AND "tophash" IS DISTINCT FROM "applied"
