// athena-express starts a query, waits for it, and reads the result from S3.
const AthenaExpress = require('athena-express');
const { AWS, report } = require('./clients');

const [, , workgroup, db, s3, sql] = process.argv;
const express = new AthenaExpress({ aws: AWS, workgroup, db, s3, getStats: true });

report(async () => {
  const { Items, Count, S3Location, QueryExecutionId } = await express.query(sql);
  return {
    items: Items,
    count: Count,
    named: S3Location === `${s3}/${QueryExecutionId}.csv`,
    listing: (await express.query("SHOW TABLES LIKE '%_packages_view'")).Items,
    failure: await express.query('SELECT nothing FROM nowhere').catch((error) => error.message),
  };
});
