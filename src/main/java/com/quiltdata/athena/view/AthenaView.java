package com.quiltdata.athena.view;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import software.amazon.awscdk.CustomResource;
import software.constructs.Construct;

/**
 * A view in Athena, as a resource of a CloudFormation stack.
 *
 * <p>It is created and replaced by {@code CREATE OR REPLACE VIEW}, so that a view that exists already is adopted, and
 * deleted by {@code DROP VIEW IF EXISTS}. A change of the query replaces the view in place; a change of the database or
 * the name makes the new view and drops the old one.
 *
 * <p>The stack's {@link AthenaViewProvider} needs permissions for that, which are granted where the workgroup and the
 * database are declared, and the view depends on the tables and views that its query reads:
 *
 * <pre>{@code
 * AthenaViewProvider provider = AthenaViewProvider.of(this);
 * provider.grants().runStatements(workGroup.getRef(), resultsBucket);
 * provider.grants().readDefinitions(database.getRef());
 * provider.grants().defineNamedViews(database.getRef(), List.of("orders_by_day"));
 *
 * AthenaView.Builder.create(this, "OrdersByDay")
 *         .workGroup(workGroup.getRef())
 *         .database(database.getRef())
 *         .viewName("orders_by_day")
 *         .query("SELECT \"day\", count(*) AS \"orders\" FROM \"orders\" GROUP BY \"day\"")
 *         .dependencies(List.of(ordersTable))
 *         .build();
 * }</pre>
 */
public final class AthenaView extends Construct {

    /** The type of the view's resource in CloudFormation. */
    public static final String RESOURCE_TYPE = "Custom::AthenaView";

    private AthenaView(Builder builder) {
        super(builder.scope, builder.id);
        AthenaViewProvider provider = builder.provider == null ? AthenaViewProvider.of(this) : builder.provider;
        Map<String, Object> properties = new TreeMap<>(Map.of(
                "WorkGroup", Objects.requireNonNull(builder.workGroup, "workGroup"),
                "Database", Objects.requireNonNull(builder.database, "database"),
                "ViewName", Objects.requireNonNull(builder.viewName, "viewName"),
                "Query", Objects.requireNonNull(builder.query, "query")));
        if (!builder.definitionsRead.isEmpty()) {
            properties.put("DefinitionsRead", Digest.of(builder.definitionsRead));
        }
        CustomResource resource = CustomResource.Builder.create(this, "Resource")
                .serviceToken(provider.serviceToken())
                .serviceTimeout(AthenaViewProvider.SERVICE_TIMEOUT)
                .resourceType(RESOURCE_TYPE)
                .properties(properties)
                .build();
        provider.outlives(resource, builder.dependencies);
    }

    /** Builds a view; every property is required, unless it says otherwise. */
    public static final class Builder {
        private final Construct scope;
        private final String id;
        private String workGroup;
        private String database;
        private String viewName;
        private String query;
        private AthenaViewProvider provider;
        private List<? extends Construct> dependencies = List.of();
        private List<String> definitionsRead = List.of();

        private Builder(Construct scope, String id) {
            this.scope = scope;
            this.id = id;
        }

        /** Begins a view without properties. */
        public static Builder create(Construct scope, String id) {
            return new Builder(scope, id);
        }

        /**
         * Sets what makes the view.
         *
         * @param provider the provider of the stack that the view is in, or nested in; by default it is looked up
         */
        public Builder provider(AthenaViewProvider provider) {
            this.provider = provider;
            return this;
        }

        /**
         * Sets what has to be there before the view is made, and until it is dropped.
         *
         * @param dependencies the tables and views that the query reads above all; none by default
         */
        public Builder dependencies(List<? extends Construct> dependencies) {
            this.dependencies = List.copyOf(dependencies);
            return this;
        }

        /**
         * Sets what makes the view anew when it changes, beside the query: Athena keeps the types of a view's columns
         * with it, and the view goes stale when a table below it gets others.
         *
         * @param definitionsRead a text for each table and view that the query reads, which changes with its columns;
         *     none by default
         */
        public Builder definitionsRead(List<String> definitionsRead) {
            this.definitionsRead = List.copyOf(definitionsRead);
            return this;
        }

        /**
         * Sets where the statements run.
         *
         * @param workGroup the name of an Athena workgroup that has an output location
         */
        public Builder workGroup(String workGroup) {
            this.workGroup = workGroup;
            return this;
        }

        /**
         * Sets where the view is.
         *
         * @param database the name of a Glue database
         */
        public Builder database(String database) {
            this.database = database;
            return this;
        }

        /** Sets what the view is called. */
        public Builder viewName(String viewName) {
            this.viewName = viewName;
            return this;
        }

        /**
         * Sets what the view shows. The columns should be explicit: Athena stores them with the view, and a
         * {@code SELECT *} goes stale when a table changes.
         *
         * @param query a SELECT statement of Athena's engine 3, without a semicolon; Athena takes at most 262,144
         *     bytes with the {@code CREATE VIEW} before it
         */
        public Builder query(String query) {
            this.query = query;
            return this;
        }

        /**
         * Declares the view.
         *
         * @throws NullPointerException if a property was not set; the message names it
         */
        public AthenaView build() {
            return new AthenaView(this);
        }
    }
}
