/**
 * What every Quilt bucket has in the database: its tables and views, and the SQL of both. May use nothing of the CDK,
 * and no other package.
 */
package com.quiltdata.athena.schema;
