/** What an administrator writes, read and checked. May use schema, and nothing of the CDK. */
package com.quiltdata.athena.configuration;
