package com.quiltdata.athena.view;

import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/** ARNs in a stack's partition, region and account. */
public final class Arns {
    private Arns() {}

    /** The ARN of something that has a type and a name: a workgroup, a database, a table. */
    public static String of(Construct scope, String service, String type, String name) {
        return Stack.of(scope)
                .formatArn(ArnComponents.builder()
                        .service(service)
                        .resource(type)
                        .resourceName(name)
                        .build());
    }

    /** The ARN of what there is once in a region and account, such as the Glue Data Catalog. */
    public static String of(Construct scope, String service, String type) {
        return of(scope, service, type, null);
    }

    /** The ARN of a bucket, which names neither region nor account. */
    public static String ofBucket(Construct scope, String name) {
        return Stack.of(scope)
                .formatArn(ArnComponents.builder()
                        .service("s3")
                        .region("")
                        .account("")
                        .resource(name)
                        .arnFormat(ArnFormat.NO_RESOURCE_NAME)
                        .build());
    }
}
