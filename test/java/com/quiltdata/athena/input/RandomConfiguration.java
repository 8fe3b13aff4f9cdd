package com.quiltdata.athena.input;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Makes configurations, some valid, some by accident, some hostile. The same seed makes the same ones. */
final class RandomConfiguration {
    private static final String KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab";
    private static final String TOPIC_ARN = "arn:aws:sns:eu-west-1:123456789012:alarms";
    private static final int ONE_HOSTILE_VALUE_IN = 12;

    private static final List<String> HOSTILE_TEXTS = List.of(
            "",
            " ",
            "\u0000",
            "line\nbreak",
            "carriage\rreturn",
            "\u001b[31mred",
            "next\u0085line",
            "line\u2028separator",
            "paragraph\u2029separator",
            "right\u202eto-left",
            "lone\ud800surrogate",
            "größe",
            "数据",
            "😀".repeat(120),
            "e\u0301",
            "a\u00a0b",
            "'; DROP TABLE packages; --",
            "\" OR 1=1 --",
            "${manifestsTable}",
            "${Token[TOKEN.1]}",
            "{{resolve:secretsmanager:secret}}",
            "%s%n",
            "../../etc/passwd",
            "$(id)",
            "arn:aws:s3:::bucket",
            "s3://bucket",
            "192.168.1.1",
            "xn--bucket",
            "a..b",
            "null",
            "true",
            "{\"group\": [\"bucket-a\"]}",
            "[\"bucket-a\"]",
            ",",
            ",,,",
            "1e999999999",
            "1e-999999999",
            "0x10",
            "٣",
            "9".repeat(5_000),
            "a".repeat(10_000));

    private final Random random;

    RandomConfiguration(long seed) {
        random = new Random(seed);
    }

    /**
     * Makes the next configuration.
     *
     * @return keys and values, as they come out of JSON
     */
    Map<String, Object> next() {
        Map<String, Object> configuration = new LinkedHashMap<>();
        put(configuration, "companyName", 0.97, () -> name(3, 30));
        put(configuration, "quiltBuckets", 0.97, this::quiltBuckets);
        put(configuration, "resultsBucketName", 0.3, () -> name(3, 63));
        put(configuration, "databaseName", 0.3, () -> name(1, 255).replace('-', '_'));
        put(configuration, "workgroupName", 0.3, () -> name(1, 128) + "._-".charAt(random.nextInt(3)));
        put(configuration, "policyName", 0.3, () -> name(1, 120) + "_+=,.@-");
        put(configuration, "attachPolicyToRoles", 0.3, () -> list(5, () -> name(1, 64)));
        put(configuration, "resultsExpireAfterDays", 0.3, () -> number(1, Integer.MAX_VALUE));
        put(configuration, "bytesScannedCutoffPerQuery", 0.3, () -> number(10_000_000, 1L << 53));
        put(configuration, "resultsKmsKeyArn", 0.3, () -> KEY_ARN);
        put(configuration, "quiltBucketKmsKeyArns", 0.3, () -> List.of(KEY_ARN));
        put(configuration, "catalogKmsKeyArn", 0.3, () -> KEY_ARN);
        put(configuration, "inputAccess", 0.7, () -> random.nextInt(3) == 0 ? "listed" : "any");
        put(configuration, "customViews", 0.3, this::customViews);
        put(configuration, "removalPolicy", 0.3, () -> random.nextBoolean() ? "retain" : "destroy");
        put(configuration, "dashboard", 0.3, () -> random.nextBoolean() ? true : "true");
        put(configuration, "alarmTopicArn", 0.3, () -> TOPIC_ARN);
        put(configuration, "bytesScannedAlarmPerDay", 0.2, () -> number(1, 1L << 53));
        put(configuration, "rolePath", 0.3, () -> "/" + name(1, 64) + "/" + name(1, 440) + "/");
        if (random.nextInt(30) == 0) {
            configuration.put(hostileText(), hostileValue(2));
        }
        return configuration;
    }

    private void put(Map<String, Object> configuration, String key, double probability, Supplier<Object> valid) {
        if (random.nextDouble() < probability) {
            configuration.put(key, random.nextInt(ONE_HOSTILE_VALUE_IN) == 0 ? hostileValue(3) : valid.get());
        }
    }

    private Object quiltBuckets() {
        int groups = random.nextInt(4);
        if (groups == 0) {
            return list(random.nextInt(10) == 0 ? 120 : 6, () -> name(3, 63));
        }
        Map<String, Object> object = new LinkedHashMap<>();
        for (int group = 0; group < groups; group++) {
            String name = random.nextInt(20) == 0 ? hostileText() : "g" + name(1, 40);
            object.put(
                    name,
                    random.nextInt(20) == 0
                            ? hostileValue(2)
                            : list(random.nextInt(20) == 0 ? 120 : 4, () -> name(3, 63)));
        }
        return object;
    }

    private Object customViews() {
        List<String> files = List.of("latest_images", "images_per_package", "everywhere", "no such file");
        Map<String, Object> views = new LinkedHashMap<>();
        for (int view = random.nextInt(3); view > 0; view--) {
            views.put(
                    random.nextInt(20) == 0 ? hostileText() : "v" + name(1, 126).replace('-', '_'),
                    random.nextInt(20) == 0
                            ? hostileValue(2)
                            : "test/resources/views/" + files.get(random.nextInt(8) == 0 ? 3 : random.nextInt(3))
                                    + ".sql");
        }
        return views;
    }

    /** A list, or the text that stands for one on the command line; now and then with something twice. */
    private Object list(int most, Supplier<String> item) {
        List<String> items = new ArrayList<>();
        IntStream.range(0, 1 + random.nextInt(most)).forEach(i -> items.add(item.get()));
        if (random.nextInt(25) == 0) {
            items.add(items.getFirst());
        }
        return random.nextInt(4) == 0 ? String.join(",", items) : items;
    }

    private Object number(long least, long most) {
        long number = random.nextLong(least, most);
        return switch (random.nextInt(4)) {
            case 0 -> String.valueOf(number);
            case 1 -> BigInteger.valueOf(number);
            default -> number;
        };
    }

    private String name(int least, int most) {
        String characters = "abcdefghijklmnopqrstuvwxyz0123456789";
        int length = random.nextInt(8) == 0 ? most : least + random.nextInt(Math.min(12, most - least + 1));
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < length; i++) {
            boolean inside = i > 0 && i < length - 1;
            name.append(
                    inside && random.nextInt(9) == 0 ? '-' : characters.charAt(random.nextInt(characters.length())));
        }
        return name.toString();
    }

    private String hostileText() {
        return HOSTILE_TEXTS.get(random.nextInt(HOSTILE_TEXTS.size()));
    }

    private Object hostileValue(int depth) {
        return switch (random.nextInt(depth == 0 ? 7 : 11)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong();
            case 3 ->
                Arrays.asList(Double.NaN, Double.NEGATIVE_INFINITY, -0.0, 1e300, 1.5)
                        .get(random.nextInt(5));
            case 4 -> new BigDecimal("1e400");
            case 5, 6 -> hostileText();
            case 7 -> new ArrayList<>(Arrays.asList(hostileValue(depth - 1), hostileValue(depth - 1)));
            case 8 -> Collections.nCopies(1_000, hostileText());
            case 9 -> List.of();
            default -> {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put(hostileText(), hostileValue(depth - 1));
                yield object;
            }
        };
    }
}
