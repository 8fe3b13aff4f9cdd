        SELECT "user", "name", "timestamp", "tophash" AS "hash"
        FROM changed
        WHERE "tophash" IS NOT NULL AND "copy" IS NULL
