package com.quiltdata.athena.local.glue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.protocol.AwsJson;
import com.quiltdata.athena.local.protocol.AwsServiceException;
import org.junit.jupiter.api.Test;

/** What Athena does about the database {@code default} before each statement. */
class DefaultDatabaseTest {
    private final GlueDataCatalog glue = new GlueDataCatalog(new IcebergTables(() -> null));
    private final DefaultDatabase database = new DefaultDatabase(glue);

    @Test
    void isMadeWhereItIsMissing() throws Exception {
        database.require();
        database.require();

        assertThat(glue.databases())
                .extracting(made -> AwsJson.text(made, "Name"))
                .containsExactly("default");
    }

    @Test
    void isNotMadeForWhoMayNot() {
        database.letUsersCreate(false);

        assertThatThrownBy(database::require)
                .isInstanceOf(AwsServiceException.class)
                .hasMessageContaining("is not authorized to perform: glue:CreateDatabase on resource:"
                        + " arn:aws:glue:us-east-1:123456789012:database/default");
        assertThat(glue.databases()).isEmpty();
    }

    @Test
    void isEnoughAsItIsForWhoMayNotMakeIt() throws Exception {
        database.require();
        ObjectNode made = glue.database("default");
        database.letUsersCreate(false);

        database.require();

        assertThat(glue.database("default")).isEqualTo(made);
    }
}
