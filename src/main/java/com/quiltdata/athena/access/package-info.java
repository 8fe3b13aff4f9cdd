/**
 * Who may query: the users' policy, and the statements that let Athena read registries. May use query, view,
 * configuration, schema.
 */
package com.quiltdata.athena.access;
