// Prints the rows of an Iceberg table, as JSON. The arguments are where S3 answers, and the table's metadata_location.
import { icebergMetadata, icebergRead } from 'icebird';

const [endpoint, location] = process.argv.slice(2);

// The library calls S3 by AWS's own host names.
const fetchAnything = globalThis.fetch;
globalThis.fetch = (url, options) =>
  fetchAnything(url.replace(/^https:\/\/([^/]+)\.s3\.amazonaws\.com\//, `${endpoint}/$1/`), options);

const [tableUrl, metadataFileName] = location.split('/metadata/');
const metadata = await icebergMetadata({ tableUrl, metadataFileName });
const rows = await icebergRead({ tableUrl, metadata });
console.log(JSON.stringify(rows, (key, value) => (typeof value === 'bigint' ? String(value) : value)));
