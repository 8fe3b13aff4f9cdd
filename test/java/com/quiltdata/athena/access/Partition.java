package com.quiltdata.athena.access;

/** Where the stack is deployed to. */
enum Partition {
    /** The commercial regions. */
    AWS("aws", "eu-central-1"),
    /** The regions for the government of the United States. */
    AWS_US_GOV("aws-us-gov", "us-gov-west-1"),
    /** The longest names that a deployment can have; no partition has both. */
    LONGEST("aws-us-gov", "us-isof-south-1");

    static final String ACCOUNT = "123456789012";

    private final String id;
    private final String region;

    Partition(String id, String region) {
        this.id = id;
        this.region = region;
    }

    String id() {
        return id;
    }

    String region() {
        return region;
    }

    /**
     * Makes the ARN of something in the account and region.
     *
     * @param service the service's prefix; S3's ARNs have neither region nor account, IAM's no region
     * @param resource the last part
     * @return the ARN
     */
    String arn(String service, String resource) {
        return switch (service) {
            case "s3" -> "arn:%s:s3:::%s".formatted(id, resource);
            case "iam" -> "arn:%s:iam::%s:%s".formatted(id, ACCOUNT, resource);
            case "cloudwatch" ->
                // Dashboards are an account's.
                "arn:%s:cloudwatch:%s:%s:%s"
                        .formatted(id, resource.startsWith("dashboard/") ? "" : region, ACCOUNT, resource);
            default -> "arn:%s:%s:%s:%s:%s".formatted(id, service, region, ACCOUNT, resource);
        };
    }
}
