package com.quiltdata.athena.access;

import com.quiltdata.athena.TestFiles;
import com.quiltdata.athena.calls.Call;
import com.quiltdata.athena.calls.Request;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** What CloudFormation's handler of each type of resource calls: {@code resource-handlers.yaml}. */
final class ResourceHandlers {

    /** By type, the calls: the actions of those that read and of those that write, and the resources of both. */
    static final Map<String, List<Map<String, String>>> BY_TYPE =
            new Yaml().load(TestFiles.resource(ResourceHandlers.class, "resource-handlers.yaml"));

    private ResourceHandlers() {}

    /** What handlers call that only read. */
    static List<Request> reads(Partition partition) {
        return requests("reads", partition);
    }

    /** What the other handlers call. */
    static List<Request> writes(Partition partition) {
        return requests("writes", partition);
    }

    static List<Request> all(Partition partition) {
        return Stream.concat(reads(partition).stream(), writes(partition).stream())
                .toList();
    }

    /** The bootstrap's bucket and the dashboard are named after the region. */
    private static List<Request> requests(String handlers, Partition partition) {
        return BY_TYPE.values().stream()
                .flatMap(List::stream)
                .filter(calls -> calls.containsKey(handlers))
                .flatMap(calls -> Stream.of(calls.get(handlers).split(" "))
                        .flatMap(action -> Stream.of(calls.get("resources").split(" "))
                                .map(resource -> resource.replace(Partition.AWS.region(), partition.region()))
                                .map(resource -> Call.request(partition.place(), action, resource, ""))))
                .toList();
    }
}
