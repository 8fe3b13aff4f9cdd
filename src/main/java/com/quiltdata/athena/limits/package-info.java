/**
 * What AWS takes in one deployment, measured on the synthesized templates. May use catalog, snapshot, view,
 * configuration, schema.
 */
package com.quiltdata.athena.limits;
