/** Costs and failures in view: a dashboard, alarms, and the metrics that they are made of. May use configuration. */
package com.quiltdata.athena.monitoring;
