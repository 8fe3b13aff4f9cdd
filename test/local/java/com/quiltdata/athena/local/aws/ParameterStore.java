package com.quiltdata.athena.local.aws;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsService;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import java.util.Map;

/** Systems Manager's parameter store, as far as the CDK CLI reads it, with what CloudFormation puts there. */
record ParameterStore(Map<String, String> parameters) implements AwsService {
    @Override
    public ObjectNode call(String operation, ObjectNode request) {
        if (!operation.equals("GetParameter")) {
            throw new AwsServiceException(
                    "UnknownOperationException", "The parameter store here does not know the operation " + operation);
        }
        String name = request.path("Name").asText();
        if (!parameters.containsKey(name)) {
            throw new AwsServiceException("ParameterNotFound", "Parameter %s not found.".formatted(name));
        }
        ObjectNode answer = AwsJson.object();
        answer.putObject("Parameter")
                .put("Name", name)
                .put("Type", "String")
                .put("Value", parameters.get(name))
                .put("Version", 1);
        return answer;
    }
}
