package com.quiltdata.athena.view;

/** The longest that AWS has of what is known only at deployment. */
public final class LongestNames {

    /** No partition has a longer name. */
    public static final String PARTITION = "aws-us-gov";

    /** No region has a longer name. */
    public static final String REGION = "us-isof-south-1";

    /** Every account id has twelve digits. */
    public static final String ACCOUNT = "123456789012";

    private LongestNames() {}
}
