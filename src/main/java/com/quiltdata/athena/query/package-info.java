/** Where queries run: results, workgroups and the database. May use view, configuration, schema. */
package com.quiltdata.athena.query;
