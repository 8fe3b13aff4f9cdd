package com.quiltdata.athena.local.protocol;

/** The account that all local services belong to. */
public final class LocalAccount {
    /** The region that everything is in. */
    public static final String REGION = "us-east-1";

    /** The account's id. */
    public static final String ACCOUNT_ID = "123456789012";

    /** Credentials are not checked; these are the ones to use. */
    public static final String ACCESS_KEY_ID = "test";

    /** Belongs to {@link #ACCESS_KEY_ID}. */
    public static final String SECRET_ACCESS_KEY = "test";

    private LocalAccount() {}
}
