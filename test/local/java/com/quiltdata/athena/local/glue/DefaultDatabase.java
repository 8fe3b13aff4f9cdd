package com.quiltdata.athena.local.glue;

import static com.quiltdata.athena.local.protocol.AwsJson.object;

import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsServiceException;

/**
 * The database {@code default}, which an account has in a region only when Athena has been used there. Athena looks it up
 * whatever a statement is, and makes it where it is not there, with the permissions of who runs the statement.
 */
public final class DefaultDatabase {
    static final String NAME = "default";

    private final GlueDataCatalog glue;
    private volatile boolean usersMayCreate = true;

    /** Makes it of the account's Data Catalog. */
    public DefaultDatabase(GlueDataCatalog glue) {
        this.glue = glue;
    }

    /** Says whether those who run statements may make it. */
    public void letUsersCreate(boolean may) {
        usersMayCreate = may;
    }

    /** Looks the database up, and makes it, where those who run statements may. */
    public void require() {
        synchronized (glue) {
            if (glue.databases().stream().anyMatch(database -> NAME.equals(AwsJson.text(database, "Name")))) {
                return;
            }
            if (!usersMayCreate) {
                throw new AwsServiceException(
                        "AccessDeniedException", GlueDataCatalog.denied("glue:CreateDatabase", "database/" + NAME));
            }
            glue.call("CreateDatabase", object("DatabaseInput", object().put("Name", NAME)));
        }
    }
}
