package com.quiltdata.athena.catalog;

import java.util.Map;
import java.util.TreeMap;

/** The tables and views that are declared so far, for views that read them. */
final class Relations {
    private final Map<String, Relation> relations = new TreeMap<>();

    /**
     * Adds a table or view.
     *
     * @param relation the table or view
     */
    void add(String name, Relation relation) {
        relations.put(name, relation);
    }

    /**
     * Finds a table or view.
     *
     * @return the table or view
     * @throws IllegalArgumentException if it is not declared
     */
    Relation get(String name) {
        Relation relation = relations.get(name);
        if (relation == null) {
            throw new IllegalArgumentException(name + " is not declared yet: " + relations.keySet() + " are");
        }
        return relation;
    }
}
