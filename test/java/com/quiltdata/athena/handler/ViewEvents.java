package com.quiltdata.athena.handler;

import java.util.HashMap;
import java.util.Map;

/** Custom resource requests for the view {@code quilt_query.v}, as CloudFormation sends them. */
final class ViewEvents {
    static final String CREATE_STATEMENT = "CREATE OR REPLACE VIEW \"quilt_query\".\"v\" AS\nSELECT 1 AS n";
    static final String DROP_STATEMENT = "DROP VIEW IF EXISTS \"quilt_query\".\"v\"";

    private ViewEvents() {}

    /** A request that can be changed; its properties can be, too. */
    static Map<String, Object> event(String requestType) {
        Map<String, Object> event = new HashMap<>();
        event.put("RequestType", requestType);
        event.put("RequestId", "11111111-2222-3333-4444-555555555555");
        event.put("ResponseURL", "https://signed.invalid/?X-Amz-Signature=secret");
        event.put("StackId", "arn:aws:cloudformation:eu-west-1:210987654321:stack/QuiltAthena/1");
        event.put("ResourceProperties", properties("SELECT 1 AS n"));
        if (!requestType.equals("Create")) {
            event.put("PhysicalResourceId", "quilt_query.v");
        }
        if (requestType.equals("Update")) {
            event.put("OldResourceProperties", properties("SELECT 0 AS n"));
        }
        return event;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> properties(Map<String, Object> event) {
        return (Map<String, Object>) event.get("ResourceProperties");
    }

    private static Map<String, Object> properties(String query) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("ServiceToken", "arn:aws:lambda:eu-west-1:210987654321:function:framework");
        properties.put("ServiceTimeout", "720");
        properties.put("WorkGroup", "quilt-query");
        properties.put("Database", "quilt_query");
        properties.put("ViewName", "v");
        properties.put("Query", query);
        return properties;
    }
}
