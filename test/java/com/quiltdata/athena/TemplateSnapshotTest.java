package com.quiltdata.athena;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.quiltdata.athena.local.cloudformation.CloudAssembly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Compares the template of the repository's own configuration with the one that was committed, so that no change of it
 * goes unnoticed, also one that comes with a new version of the CDK. After a change that is meant, write the file anew
 * with {@code mvn verify -Dsnapshot.update=true} and read its difference.
 */
class TemplateSnapshotTest {
    private static final Path SNAPSHOT = Path.of("resources", "QuiltAthena.template.json");

    @Test
    void theTemplateIsTheCommittedOne() throws IOException {
        String template = masked();
        if (Boolean.getBoolean("snapshot.update")) {
            Files.createDirectories(SNAPSHOT.getParent());
            Files.writeString(SNAPSHOT, template);
        }
        assertThat(template).isEqualTo(Files.readString(SNAPSHOT));
    }

    /** The template without what changes with every build of the handler or version of the CDK. */
    private static String masked() {
        CloudAssembly assembly = TestTemplates.assembly(CloudAssembly.projectConfiguration(TestTemplates.PROJECT));
        ObjectNode template = (ObjectNode) assembly.template();
        template.withObject("/Resources").remove("CDKMetadata");
        return template.toPrettyString().replaceAll("[0-9a-f]{64}", "(hash)") + "\n";
    }
}
