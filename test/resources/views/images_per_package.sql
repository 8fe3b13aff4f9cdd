SELECT "user", "name", packages."message", count(*) AS "images", sum(images."size") AS "size"
FROM "latest_images" AS images
JOIN "imaging_a_quilt_packages_view" AS packages USING ("user", "name")
WHERE packages."timestamp" = 'latest'
GROUP BY "user", "name", packages."message"
