        SELECT "user", "name", "timestamp", "tophash" AS "hash"
        FROM pointers
        WHERE "is_read"
