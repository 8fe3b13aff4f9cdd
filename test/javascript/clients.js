// Athena and S3 of the local run, as clients of the AWS SDK for JavaScript v2, which the Quilt catalog uses.
// That SDK does not know AWS_ENDPOINT_URL.
const AWS = require('aws-sdk');

AWS.config.update({
  endpoint: process.env.AWS_ENDPOINT_URL,
  region: process.env.AWS_REGION,
  s3ForcePathStyle: true,
});

/** Prints a session's findings for the test to look at; a large number becomes text. */
async function report(session) {
  const findings = await session();
  const text = (key, value) => (typeof value === 'bigint' ? value.toString() : value);
  console.log(JSON.stringify(findings, text));
}

module.exports = { AWS, report };
