package com.quiltdata.athena.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import com.quiltdata.athena.local.DeployedStack;
import com.quiltdata.athena.local.aws.SharedEmbeddedAws;
import com.quiltdata.athena.recipes.RecipesPage.Recipe;
import com.quiltdata.athena.registry.RegistryUpload;
import com.quiltdata.athena.registry.SampleRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/**
 * The recipes of the documentation, with the results that it shows. After a change that is meant, write the results anew
 * with {@code mvn verify -Dsnapshot.update=true} and read the page's difference.
 */
class RecipesTest {
    private static final RecipesPage PAGE = new RecipesPage(Path.of("..", "docs", "query", "recipes.md"));
    private static final List<String> BUCKETS = List.of("my-bucket", "my-other-bucket");

    /** Custom views have to be in the project. */
    private static final Path VIEWS = Path.of("target", "recipes");

    private static DeployedStack stack;

    @BeforeAll
    static void deploy(@TempDir Path folder) throws IOException {
        SampleRegistry.write(folder);
        for (String bucket : BUCKETS) {
            RegistryUpload.upload(SharedEmbeddedAws.clients(), bucket, folder);
        }
        stack = new DeployedStack(SharedEmbeddedAws.stack()
                .deploy(DeployedStack.assembly(
                        "recipes", BUCKETS, "snapshotSchedule", "rate(1 hour)", "customViews", customViews())));
        DescribeExecutionResponse refresh =
                SharedEmbeddedAws.clients().execute(stack.outputs().get("SnapshotStateMachineArn"), "{}");
        assertThat(refresh.status()).as(refresh.toString()).isEqualTo(ExecutionStatus.SUCCEEDED);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recipes")
    void aRecipeHasTheResultThatThePageShowsOnViewsAndOnSnapshots(Recipe recipe) throws IOException {
        String result = RecipesPage.table(stack.query(recipe.sql()));
        if (Boolean.getBoolean("snapshot.update")) {
            PAGE.write(recipe, result);
        } else {
            assertThat(recipe.result()).as(recipe.sql()).isEqualTo(result);
        }
        String onSnapshots = recipe.sql().replace("_view\"", "_snapshot\"");
        assertThat(RecipesPage.table(stack.query(onSnapshots))).as(onSnapshots).isEqualTo(result);
    }

    private static List<Recipe> recipes() {
        return PAGE.recipes();
    }

    private static Map<String, String> customViews() throws IOException {
        Files.createDirectories(VIEWS);
        Map<String, String> files = new TreeMap<>();
        for (Map.Entry<String, String> view : PAGE.customViews().entrySet()) {
            Path file = Files.writeString(VIEWS.resolve(view.getKey() + ".sql"), view.getValue());
            files.put(view.getKey(), Path.of("test").resolve(file).toString());
        }
        return files;
    }
}
