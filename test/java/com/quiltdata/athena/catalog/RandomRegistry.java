package com.quiltdata.athena.catalog;

import com.quiltdata.athena.local.engine.EngineVersion;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/** Makes registries up, out of what a registry should hold and of what else could be in one. */
final class RandomRegistry {
    private static final int HASHES = 12;
    private static final int POINTERS = 30;
    private static final int LONGEST_MANIFEST = 8;

    /** A name that older engines cannot read. */
    private static final String MAYBE_COMPRESSED = EngineVersion.current().skipsFilesByAnyCondition() ? "v1.gz" : "v1";

    /** What surprises somebody somewhere: in names, in messages and in metadata. */
    private static final List<String> TEXTS = List.of(
            "",
            "a",
            "data",
            "README.md",
            "two words",
            "Ünïcödé",
            "細胞",
            "😀",
            "a,b",
            "a=b",
            "100%",
            "%41",
            "a+b",
            "it's",
            "back\\slash",
            "\"quoted\"",
            "line\nbreak",
            "tab\there",
            "null",
            "5",
            "{\"a\": 1}",
            "[]",
            "s3://b/k",
            "\u0001");

    private static final List<String> NAMES = List.of(
            "user", "name", "two words", "Ünïcödé", "細胞", "100%", "%41", "a+b", "a=b", "it's", "a,b", "-", "_hidden");

    private final Random random;

    private RandomRegistry(Random random) {
        this.random = random;
    }

    /**
     * Fills a registry.
     *
     * @param registry an empty one
     * @param seed gives the same registry each time
     */
    static void fill(Registry registry, long seed) {
        RandomRegistry maker = new RandomRegistry(new Random(seed));
        for (int number = 0; number < HASHES; number++) {
            // Some hashes have no manifest.
            if (!maker.oneIn(6)) {
                registry.manifest(Registry.topHash(number), maker.manifest());
            }
        }
        Set<String> paths = new HashSet<>();
        while (paths.size() < POINTERS) {
            String path = maker.pointerPath();
            if (paths.add(path)) {
                registry.pointer(path, maker.pointer());
            }
        }
        registry.manifest("stray" + maker.random.nextInt(10) + ".parquet", "PAR1\u0000\n" + maker.manifest())
                .manifest("folder/" + maker.hash(), maker.manifest());
    }

    private String pointerPath() {
        String path = pick(NAMES) + "/" + pick(NAMES) + "/";
        return switch (random.nextInt(12)) {
            case 0 -> path;
            case 1 -> path + "more/latest";
            case 2 -> path + pick(List.of("v1.0", "README", "latest.txt", "_v1", MAYBE_COMPRESSED));
            case 3, 4, 5 -> path + "latest";
            default -> path + random.nextInt(2_000_000_000);
        };
    }

    private String pointer() {
        return switch (random.nextInt(16)) {
            case 0 -> "";
            case 1 -> hash() + "\n" + hash();
            case 2 -> hash().substring(1);
            case 3 -> hash() + "\nmore";
            case 4 -> " \n" + hash() + "\t\n\n";
            case 5 -> hash() + "\r\n";
            case 6 -> hash() + "\n";
            case 7 -> "../" + hash();
            default -> hash();
        };
    }

    private String hash() {
        return Registry.topHash(random.nextInt(HASHES));
    }

    private String manifest() {
        String lineEnd = oneIn(4) ? "\r\n" : "\n";
        List<String> lines = new ArrayList<>();
        if (!oneIn(8)) {
            lines.add(header());
        }
        for (int count = random.nextInt(LONGEST_MANIFEST); count > 0; count--) {
            lines.add(oneIn(4) ? dirt() : entry());
        }
        return String.join(lineEnd, lines) + (oneIn(2) ? lineEnd : "");
    }

    private String header() {
        List<String> fields = new ArrayList<>(List.of("\"version\": \"v0\""));
        optional(fields, "message", () -> oneIn(4) ? "null" : quoted(pick(TEXTS)));
        optional(fields, "user_meta", () -> oneIn(4) ? "null" : json(2));
        optional(fields, "workflow", () -> json(1));
        return object(fields);
    }

    private String entry() {
        List<String> fields = new ArrayList<>(List.of("\"logical_key\": " + quoted(pick(TEXTS))));
        optional(fields, "physical_keys", () -> oneIn(6) ? "null" : "[" + quoted("s3://bucket/" + pick(TEXTS)) + "]");
        optional(
                fields, "size", () -> oneIn(6) ? json(0) : String.valueOf(random.nextLong() >>> random.nextInt(1, 64)));
        optional(
                fields,
                "hash",
                () -> oneIn(6)
                        ? "null"
                        : "{\"type\": " + quoted(pick(TEXTS)) + ", \"value\": " + quoted(pick(TEXTS)) + "}");
        optional(fields, "meta", () -> json(3));
        optional(fields, "user_meta", () -> json(1));
        return object(fields);
    }

    /** A line that is neither a header nor an entry, or a header where none should be. */
    private String dirt() {
        return switch (random.nextInt(11)) {
            case 0 -> "";
            case 1 -> "   ";
            case 2 -> "no JSON";
            case 3 -> "{}";
            case 4 -> "[]";
            case 5 -> "{\"message\": " + quoted(pick(TEXTS)) + "}";
            case 6 -> entry().substring(0, 15);
            case 7 -> "\t" + random.nextInt();
            case 8 -> "{\"logical_key\": null, \"version\": null}";
            case 9 -> "{'logical_key': 'single', size = 5} rest";
            default -> header();
        };
    }

    private String json(int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 5)) {
            case 0 -> pick(List.of("null", "NaN", "-Infinity", "1e3", "2.50"));
            case 1 -> "true";
            case 2 -> String.valueOf(random.nextInt());
            case 3, 4 -> quoted(pick(TEXTS));
            case 5 -> "[" + json(depth - 1) + ", " + json(depth - 1) + "]";
            default ->
                "{\"Key\": " + json(depth - 1) + ", \"key\": " + json(depth - 1) + ", " + quoted(pick(TEXTS)) + ": "
                        + json(depth - 1) + "}";
        };
    }

    private void optional(List<String> fields, String name, Supplier<String> value) {
        if (!oneIn(5)) {
            fields.add(quoted(name) + ": " + value.get());
        }
    }

    private static String object(List<String> fields) {
        return "{" + String.join(", ", fields) + "}";
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(character -> {
            if (character == '"' || character == '\\') {
                quoted.append('\\').append((char) character);
            } else if (character < ' ') {
                quoted.append("\\u%04x".formatted(character));
            } else {
                quoted.append((char) character);
            }
        });
        return quoted.append('"').toString();
    }

    private boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    private String pick(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
