package com.quiltdata.athena.access;

import com.quiltdata.athena.calls.Place;

/** Where the stack is deployed to. */
public enum Partition {
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

    /** The account that the stack is deployed to, in the region. */
    public Place place() {
        return new Place(id, region, ACCOUNT);
    }

    /**
     * Makes the ARN of something in the account and region.
     *
     * @param service the service's prefix; S3's ARNs have neither region nor account, IAM's no region
     * @param resource the last part
     */
    public String arn(String service, String resource) {
        return place().arn(service, resource);
    }
}
