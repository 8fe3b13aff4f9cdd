package com.quiltdata.athena.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.quiltdata.athena.TestTemplates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code customViews} may be, and what is read of it. */
class CustomViewsReaderTest {
    private static final String QUERY = "SELECT 1 AS one";

    @TempDir
    private Path project;

    @Test
    void aViewIsReadFromItsFile() throws IOException {
        write("views/one.sql", QUERY + "\n");

        assertThat(read(Map.of("ones", "views/one.sql"))).containsExactly(new CustomView("ones", QUERY, List.of()));
    }

    @Test
    void viewsCanBeGivenAsTextOnTheCommandLine() throws IOException {
        write("one.sql", QUERY);
        write("two.sql", "SELECT 2 AS two");

        assertThat(read("ones:one.sql, twos:two.sql"))
                .containsExactly(
                        new CustomView("ones", QUERY, List.of()), new CustomView("twos", "SELECT 2 AS two", List.of()));
    }

    @Test
    void withoutAnyThereAreNone() {
        assertThat(read(null)).isEmpty();
        assertThat(read("")).isEmpty();
        assertThat(read(Map.of())).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # why                                        | the file                                     | the query
            no end of a line or of the statement         | `\uFEFFSELECT 1 AS a,\r\n  2 AS b;\r\n`       | `SELECT 1 AS a,\n  2 AS b`
            a semicolon is one in a text, not in a comment | `SELECT ';' AS "a;b" -- not; here\n/* ; */ FROM (VALUES 1)` | `SELECT ';' AS "a;b"  FROM (VALUES 1)`
            signs that nobody replaces stay              | SELECT '$.a ${a} {{a}} \\n $1' AS cells      | SELECT '$.a ${a} {{a}} \\n $1' AS cells
            """)
    void theQueryIsTheFilesWhateverTheEditorOrTheCheckoutDidToIt(String why, String file, String query)
            throws IOException {
        write("cells.sql", file);

        assertThat(read(Map.of("cells", "cells.sql")))
                .extracting(CustomView::query)
                .containsExactly(query);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # the query                                                                   | what it reads
            `-- all cells\rSELECT name FROM bucket_a_quilt_objects_view`                  | bucket_a_quilt_objects_view
            WITH cells AS (TABLE bucket_a_quilt_objects_view) SELECT name FROM cells      | bucket_a_quilt_objects_view
            SELECT 1 FROM bucket_a_quilt_objects_view WHERE name IS DISTINCT FROM another | bucket_a_quilt_objects_view
            `WITH latest AS (SELECT * FROM "BUCKET_A_quilt_objects_view" WHERE "timestamp" = 'latest')
            SELECT latest.name, bucket_b_quilt_packages
            FROM latest, quilt_query.bucket_b_quilt_manifests AS lines
            JOIN (all_quilt_packages_view) USING (name)
            WHERE message <> 'bucket_a_quilt_manifests' -- nor bucket_a_quilt_packages_view
              AND name IN (SELECT name FROM another_one)`                                 | all_quilt_packages_view bucket_a_quilt_objects_view bucket_b_quilt_manifests
            """)
    void aViewReadsTheTablesAndViewsThatItsFromClausesName(String query, String reads) throws IOException {
        write("images.sql", query);
        write("another.sql", QUERY);

        assertThat(read(new TreeMap<>(Map.of("another", "another.sql", "images", "images.sql"))))
                .extracting(CustomView::name, CustomView::reads)
                .containsExactlyInAnyOrder(tuple("another", List.of()), tuple("images", List.of(reads.split(" "))));
    }

    @Test
    void aViewComesAfterTheCustomViewsThatItReads() throws IOException {
        write("c.sql", "SELECT * FROM a JOIN b ON true");
        write("b.sql", "SELECT * FROM a");
        write("a.sql", QUERY);
        Map<String, Object> views = new LinkedHashMap<>();
        views.put("c", "c.sql");
        views.put("b", "b.sql");
        views.put("a", "a.sql");

        assertThat(read(views))
                .extracting(CustomView::name, CustomView::reads)
                .containsExactly(tuple("a", List.of()), tuple("b", List.of("a")), tuple("c", List.of("a", "b")));
    }

    @Test
    void aColumnOfTheNameOfAViewMakesNoCircle() throws IOException {
        write("cells.sql", "SELECT plates, cells FROM bucket_a_quilt_objects_view");
        write("plates.sql", "SELECT cells AS plates FROM bucket_a_quilt_objects_view");

        assertThat(read(new TreeMap<>(Map.of("cells", "cells.sql", "plates", "plates.sql"))))
                .extracting(CustomView::name)
                .containsExactly("cells", "plates");
    }

    @Test
    void theOrderInTheConfigurationMakesNoDifference() throws IOException {
        write("a.sql", QUERY);
        write("b.sql", QUERY);

        assertThat(read("b:b.sql,a:a.sql")).isEqualTo(read("a:a.sql,b:b.sql"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {{resolve:ssm:/cells}}  | {{resolve:
            ${Token[TOKEN.1]}       | ${Token[
            #{Token[TOKEN.1]}       | #{Token[
            ${AWS::Region}          | ${AWS::
            """)
    void whatAnotherTextWouldBePutForIsRefused(String text, String named) throws IOException {
        write("cells.sql", "SELECT '" + text + "' AS cells");

        assertThatThrownBy(() -> read(Map.of("cells", "cells.sql")))
                .hasMessage("customViews.cells: \"cells.sql\" must not have " + named + " in it, which the CDK or "
                        + "CloudFormation would replace: divide it into two texts with || between");
    }

    @Test
    void viewsThatReadEachOtherAreRefused() throws IOException {
        write("a.sql", "SELECT * FROM b");
        write("b.sql", "SELECT * FROM a");
        write("c.sql", QUERY);
        write("reader.sql", "SELECT * FROM a");

        assertThatThrownBy(() -> read(Map.of("a", "a.sql", "b", "b.sql", "c", "c.sql", "_reader", "reader.sql")))
                .hasMessage("customViews: the views a, b must not read each other in a circle");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Cells                        | a.sql       | customViews: "Cells" must have 1 to 128 lower-case letters, digits and underscores
            __proto__                    | a.sql       | customViews: "__proto__" must not be a name that every JavaScript object has: the CDK would not take it
            constructor                  | a.sql       | customViews: "constructor" must not be a name that every JavaScript object has: the CDK would not take it
            bucket_a_quilt_objects_view  | a.sql       | customViews: "bucket_a_quilt_objects_view" must not be the name of another table or view of this stack
            bucket_a_quilt_manifests     | a.sql       | customViews: "bucket_a_quilt_manifests" must not be the name of another table or view of this stack
            all_quilt_packages_view      | a.sql       | customViews: "all_quilt_packages_view" must not be the name of another table or view of this stack
            cells                        | a.txt       | customViews.cells: "a.txt" must be a file of SQL, whose name ends with .sql
            cells                        | missing.sql | customViews.cells: "missing.sql" must be a file in the project's folder, by its path in there
            cells                        | folder.sql  | customViews.cells: "folder.sql" must be a file in the project's folder, by its path in there
            cells                        | ../a.sql    | customViews.cells: "../a.sql" must be a file in the project's folder, by its path in there
            cells                        | outside.sql | customViews.cells: "outside.sql" must be a file in the project's folder, by its path in there
            cells                        | latin1.sql  | customViews.cells: "latin1.sql" must be in UTF-8
            cells                        | empty.sql   | customViews.cells: "empty.sql" must hold a query alone: begin with SELECT or WITH, and not with CREATE VIEW
            cells                        | create.sql  | customViews.cells: "create.sql" must hold a query alone: begin with SELECT or WITH, and not with CREATE VIEW
            cells                        | two.sql     | customViews.cells: "two.sql" must hold one query: there is a semicolon before its end
            cells                        | quote.sql   | customViews.cells: "quote.sql" must close every comment, text and quoted name
            cells                        | comment.sql | customViews.cells: "comment.sql" must close every comment, text and quoted name
            """)
    void refusesWhatAthenaOrAnotherMachineWouldNotTake(String name, String file, String problem) throws IOException {
        Path outside = Files.writeString(
                project.resolveSibling(project.getFileName() + "-outside.sql"), QUERY, StandardCharsets.UTF_8);
        Files.createSymbolicLink(project.resolve("outside.sql"), outside);
        Files.createDirectory(project.resolve("folder.sql"));
        Files.write(project.resolve("latin1.sql"), "SELECT 'größe'".getBytes(StandardCharsets.ISO_8859_1));
        write("a.sql", QUERY);
        write("empty.sql", "-- nothing yet\n");
        write("create.sql", "CREATE VIEW cells AS SELECT 1 AS one");
        write("two.sql", "SELECT 1 AS one; SELECT 2 AS two");
        write("quote.sql", "SELECT 'a FROM b");
        write("comment.sql", "SELECT 1 /* one");

        assertThatThrownBy(() -> read(Map.of(name, file))).hasMessage(problem);
    }

    @Test
    void theViewsOverAllBucketsCannotBeReadWhereThereAreNone() throws IOException {
        write("everywhere.sql", "SELECT bucket FROM all_quilt_packages_view");
        Map<String, Object> context =
                TestTemplates.configuration("customViews", Map.of("everywhere", "everywhere.sql"));

        assertThatThrownBy(() -> ConfigurationReader.read(context, project))
                .hasMessage(
                        "customViews.everywhere: \"everywhere.sql\" must not read all_quilt_packages_view, which is "
                                + "there for 2 to 45 buckets");
    }

    @Test
    void anAbsolutePathIsRefusedBecauseItIsOfOneMachineAlone() throws IOException {
        write("a.sql", QUERY);
        String path = project.resolve("a.sql").toString();

        assertThatThrownBy(() -> read(Map.of("cells", path)))
                .hasMessageStartingWith("customViews.cells: ")
                .hasMessageEndingWith("must be a file in the project's folder, by its path in there");
    }

    @Test
    void refusesWhatIsNoListAndNoObjectOfViews() throws IOException {
        write("a.sql", QUERY);

        assertThatThrownBy(() -> read("cells"))
                .hasMessage("customViews: \"cells\" must be a view's name, a colon and a file");
        assertThatThrownBy(() -> read("a:a.sql,a:a.sql")).hasMessage("customViews: \"a\" must be listed once");
        assertThatThrownBy(() -> read(List.of("a.sql")))
                .hasMessage("customViews: [a.sql] must be an object of view names and files");
        assertThatThrownBy(() -> read(Map.of("a", 7)))
                .hasMessage("customViews.a: 7 must be a file of SQL, whose name ends with .sql");
    }

    /** The whole statement counts, and every character by its bytes. */
    @Test
    void aStatementOfAthenasLimitIsTheLargest() throws IOException {
        String head = "SELECT '";
        int room = CustomViewsReader.MOST_STATEMENT_BYTES - 100 - "quilt_query".length() - "big".length();
        write("big.sql", head + "ä".repeat((room - head.length() - 1) / 2) + "'");
        assertThat(read(Map.of("big", "big.sql"))).hasSize(1);

        write("big.sql", head + "ä".repeat((room - head.length() - 1) / 2 + 1) + "'");
        assertThatThrownBy(() -> read(Map.of("big", "big.sql")))
                .hasMessageMatching("customViews.big: \"big.sql\" must make a statement that Athena takes, of at most "
                        + "262,144 bytes: it would have 262,14[5-6]");
    }

    private void write(String file, String content) throws IOException {
        Path path = project.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    private List<CustomView> read(Object customViews) {
        Map<String, Object> context = TestTemplates.configuration(
                "quiltBuckets", List.of("bucket-a", "bucket-b"), "customViews", customViews);
        return ConfigurationReader.read(context, project).customViews();
    }
}
