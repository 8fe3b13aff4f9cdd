-- By columns that divide the table alone: so no file is read, even if one of them is damaged or gone.
DELETE FROM "${snapshot}" WHERE "bucket" = '${bucket}' AND "kind" IN (${kinds})
