package com.quiltdata.athena;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import software.constructs.Construct;

/** The views that the administrator has written. Each is made after the tables and views that it reads. */
final class CustomViews extends Construct {
    private static final int DIGEST_CHARACTERS = 16;

    /**
     * Declares the views.
     *
     * @param scope the parent construct
     * @param id the construct's id
     * @param customViews the views, none before one that it reads
     * @param views the views of the stack
     * @param others the tables and views that they can read beside each other, by name
     * @param database where the views are
     * @throws ConfigurationException if the policy for the views would be larger than IAM allows
     */
    CustomViews(
            Construct scope,
            String id,
            List<CustomView> customViews,
            StackViews views,
            Map<String, Relation> others,
            QueryDatabase database) {
        super(scope, id);
        Construct permission = database.grantDefineCustomViews(
                views.provider(),
                customViews.stream().map(CustomView::name).sorted().toList());
        Map<String, Relation> relations = new TreeMap<>(others);
        for (CustomView view : customViews) {
            List<Relation> read = view.reads().stream().map(relations::get).toList();
            List<Construct> dependencies = new ArrayList<>(
                    read.stream().map(Relation::construct).distinct().toList());
            dependencies.add(permission);
            String query = view.query() + readsComment(read);
            relations.put(
                    view.name(),
                    new Relation(views.declare(this, view.name(), view.name(), query, dependencies), query));
        }
    }

    /**
     * Changes the query when a table or view that it reads does, so that the view is made anew in that deployment:
     * Athena keeps the types of a view's columns with it.
     */
    private static String readsComment(List<Relation> read) {
        return read.isEmpty()
                ? ""
                : "\n-- Over definitions with the digest "
                        + digest(read.stream().map(Relation::definition).collect(Collectors.joining("\n")));
    }

    /**
     * A short text that is another one for another text.
     *
     * @param text any text
     * @return {@value #DIGEST_CHARACTERS} hexadecimal digits
     */
    static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, DIGEST_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
