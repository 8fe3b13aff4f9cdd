package com.quiltdata.athena.calls;

/**
 * Where calls are made.
 *
 * @param partition such as {@code aws}
 * @param region such as {@code eu-central-1}
 */
public record Place(String partition, String region, String account) {

    /** Reads the place out of an ARN that has all parts of it. */
    public static Place of(String arn) {
        String[] parts = arn.split(":", 6);
        return new Place(parts[1], parts[3], parts[4]);
    }

    /**
     * Makes the ARN of something in the account and region.
     *
     * @param service the service's prefix; S3's ARNs have neither region nor account, IAM's and those
     *     of CloudWatch's dashboards no region
     * @param resource the last part; an ARN stays as it is
     */
    public String arn(String service, String resource) {
        if (resource.startsWith("arn:")) {
            return resource;
        }
        return switch (service) {
            case "s3" -> "arn:%s:s3:::%s".formatted(partition, resource);
            case "iam" -> "arn:%s:iam::%s:%s".formatted(partition, account, resource);
            case "cloudwatch" ->
                "arn:%s:cloudwatch:%s:%s:%s"
                        .formatted(partition, resource.startsWith("dashboard/") ? "" : region, account, resource);
            default -> "arn:%s:%s:%s:%s:%s".formatted(partition, service, region, account, resource);
        };
    }
}
