/**
 * What is queried: tables and views of each bucket, views over all buckets, custom views. May use snapshot, query,
 * view, configuration, schema.
 */
package com.quiltdata.athena.catalog;
