/** An Athena view as a resource, for any CDK app. Knows nothing of Quilt, and may use no other package. */
package com.quiltdata.athena.view;
