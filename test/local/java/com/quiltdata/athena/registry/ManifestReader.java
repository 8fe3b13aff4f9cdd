package com.quiltdata.athena.registry;

import com.quiltdata.athena.schema.BucketTable;
import io.airlift.slice.Slice;
import io.trino.hive.formats.line.Column;
import io.trino.hive.formats.line.LineBuffer;
import io.trino.hive.formats.line.LineDeserializer;
import io.trino.hive.formats.line.openxjson.OpenXJsonDeserializerFactory;
import io.trino.hive.formats.line.text.TextLineReader;
import io.trino.spi.Page;
import io.trino.spi.PageBuilder;
import io.trino.spi.TrinoException;
import io.trino.spi.block.Block;
import io.trino.spi.block.SqlRow;
import io.trino.spi.type.ArrayType;
import io.trino.spi.type.RowType;
import io.trino.spi.type.Type;
import io.trino.spi.type.VarcharType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The lines of files, as the tables read them. For manifests that is the engine's OpenX JSON SerDe with the table's own
 * properties, since what it makes of JSON that is not quite JSON is told nowhere else.
 */
final class ManifestReader {
    private static final VarcharType TEXT = VarcharType.VARCHAR;
    private static final RowType HASH = RowType.rowType(RowType.field("type", TEXT), RowType.field("value", TEXT));
    private static final Map<String, Type> TYPES =
            Map.of("string", TEXT, "array<string>", new ArrayType(TEXT), "struct<type:string,value:string>", HASH);

    private static final List<String> NAMES =
            List.copyOf(BucketTable.MANIFESTS.columns().keySet());
    private static final int BUFFER_BYTES = 1 << 16;

    private ManifestReader() {}

    /**
     * Reads a manifest.
     *
     * @return for each line column → Athena's text of its value, without the columns that are null
     */
    static List<Map<String, String>> read(byte[] manifest) {
        LineDeserializer serde = new OpenXJsonDeserializerFactory()
                .create(
                        IntStream.range(0, NAMES.size())
                                .mapToObj(i -> new Column(NAMES.get(i), type(NAMES.get(i)), i))
                                .toList(),
                        BucketTable.MANIFESTS.format().serdeParameters());
        List<Map<String, String>> lines = new ArrayList<>();
        for (byte[] line : lines(manifest)) {
            row(serde, line).ifPresent(lines::add);
        }
        return lines;
    }

    /** The lines of a text file, without a byte order mark before them. */
    static List<byte[]> lines(byte[] file) {
        List<byte[]> lines = new ArrayList<>();
        LineBuffer buffer = new LineBuffer(BUFFER_BYTES, 1 << 30);
        try (TextLineReader reader =
                TextLineReader.createUncompressedReader(new ByteArrayInputStream(file), BUFFER_BYTES)) {
            while (reader.readLine(buffer)) {
                lines.add(Arrays.copyOf(buffer.getBuffer(), buffer.getLength()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Bytes in memory can be read", e);
        }
        return lines;
    }

    private static Type type(String column) {
        return TYPES.get(BucketTable.MANIFESTS.columns().get(column));
    }

    /** Reads a line; the few that make a query fail have no row. */
    private static Optional<Map<String, String>> row(LineDeserializer serde, byte[] line) {
        PageBuilder builder = new PageBuilder(1, serde.getTypes());
        LineBuffer buffer = new LineBuffer(Math.max(1, line.length), 1 << 30);
        try {
            buffer.write(line, 0, line.length);
            serde.deserialize(buffer, builder);
        } catch (TrinoException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("Bytes in memory can be read", e);
        }
        Page page = builder.build();
        Map<String, String> row = new LinkedHashMap<>();
        for (int i = 0; i < NAMES.size(); i++) {
            String value = text(type(NAMES.get(i)), page.getBlock(i), 0);
            if (value != null) {
                row.put(NAMES.get(i), value);
            }
        }
        return Optional.of(row);
    }

    private static String text(Type type, Block block, int position) {
        if (block.isNull(position)) {
            return null;
        }
        if (type instanceof ArrayType array) {
            Block elements = array.getObject(block, position);
            return IntStream.range(0, elements.getPositionCount())
                    .mapToObj(i -> text(TEXT, elements, i))
                    .collect(Collectors.joining(", ", "[", "]"));
        }
        if (type instanceof RowType) {
            SqlRow row = HASH.getObject(block, position);
            return "{type=%s, value=%s}"
                    .formatted(
                            text(TEXT, row.getRawFieldBlock(0), row.getRawIndex()),
                            text(TEXT, row.getRawFieldBlock(1), row.getRawIndex()));
        }
        Slice slice = TEXT.getSlice(block, position);
        return slice.toStringUtf8();
    }
}
