package com.quiltdata.athena.snapshot;

import com.quiltdata.athena.access.RegistryAccess;
import com.quiltdata.athena.access.Statements;
import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.query.QueryDatabase;
import com.quiltdata.athena.schema.SnapshotTable;
import com.quiltdata.athena.view.Arns;
import com.quiltdata.athena.view.RequestConditions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.ManagedPolicy;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.scheduler.CfnSchedule;
import software.amazon.awscdk.services.scheduler.CfnSchedule.FlexibleTimeWindowProperty;
import software.amazon.awscdk.services.scheduler.CfnSchedule.TargetProperty;
import software.amazon.awscdk.services.stepfunctions.CfnStateMachine;
import software.constructs.Construct;

/**
 * Refreshes the snapshots: a state machine that runs Athena's statements one after the other, and the schedules that
 * start it. There is no code of ours in it, and no role of it can do anything else.
 */
public final class SnapshotRefresh extends Construct {

    /** The most buckets that one execution can refresh. */
    public static final int MOST_BUCKETS = RefreshDefinition.MOST_BUCKETS;

    /** Small files and old versions of the table cost little, and so does waiting for them. */
    private static final String COMPACTION_SCHEDULE = "rate(7 days)";

    private final Configuration configuration;
    private final SnapshotStore store;
    private final QueryDatabase database;
    private final CfnStateMachine machine;

    /**
     * Declares machine and schedules.
     *
     * @param configuration says when, and of which buckets; it has snapshots
     * @param database where it is, and what it is made of
     */
    public SnapshotRefresh(
            Construct scope, String id, Configuration configuration, SnapshotStore store, QueryDatabase database) {
        super(scope, id);
        this.configuration = configuration;
        this.store = store;
        this.database = database;
        machine = declareMachine();
        Role starter = role("ScheduleRole", "Starts the refresh of snapshots", "scheduler.amazonaws.com")
                .inlinePolicies(Map.of(
                        "StartRefresh",
                        document(List.of(Statements.allow(
                                "StartRefresh",
                                List.of("states:StartExecution"),
                                List.of(machine.getRef()),
                                Map.of())))))
                .build();
        schedule("Schedule", configuration.snapshots().orElseThrow().schedule(), starter, null);
        schedule("CompactionSchedule", COMPACTION_SCHEDULE, starter, RefreshDefinition.COMPACTION);
    }

    /** What starts a refresh by hand. */
    public String stateMachineArn() {
        return machine.getRef();
    }

    private CfnStateMachine declareMachine() {
        // Two policies, because the registries of many buckets fill one.
        ManagedPolicy queries = policy("QueriesPolicy", "Refresh snapshots", queryStatements());
        ManagedPolicy registries = policy(
                "RegistriesPolicy",
                "Read Quilt registries for snapshots",
                new RegistryAccess(Stack.of(this), configuration).statements());
        Role role = role("Role", "Refreshes snapshots", "states.amazonaws.com")
                .managedPolicies(List.of(queries, registries))
                .build();
        CfnStateMachine declared = CfnStateMachine.Builder.create(this, "StateMachine")
                .stateMachineType("STANDARD")
                .roleArn(role.getRoleArn())
                .definitionString(new RefreshDefinition(configuration.quiltBuckets()).json())
                .definitionSubstitutions(new TreeMap<>(Map.of(
                        RefreshDefinition.PARTITION,
                        Aws.PARTITION,
                        RefreshDefinition.WORK_GROUP,
                        store.workGroupName(),
                        RefreshDefinition.DATABASE,
                        database.name())))
                .build();
        declared.getNode().addDependency(store.table());
        return declared;
    }

    private List<PolicyStatement> queryStatements() {
        List<PolicyStatement> statements = new ArrayList<>();
        statements.add(Statements.allow(
                "RunQueries",
                List.of(
                        "athena:GetQueryExecution",
                        "athena:GetQueryResults",
                        "athena:StartQueryExecution",
                        "athena:StopQueryExecution"),
                List.of(store.workGroupArn()),
                Map.of()));
        statements.add(Statements.allow(
                "UseCatalog",
                List.of("athena:GetDataCatalog"),
                List.of(Arns.of(this, "athena", "datacatalog", "AwsDataCatalog")),
                Map.of()));
        statements.add(Statements.allow(
                "ReadDefinitions",
                List.of("glue:GetDatabase", "glue:GetTable"),
                Stream.concat(database.arns("*").stream(), Stream.of(database.defaultDatabaseArn()))
                        .toList(),
                RequestConditions.BY_ATHENA));
        // What commits to an Iceberg table.
        statements.add(Statements.allow(
                "CommitSnapshots",
                List.of("glue:UpdateTable"),
                database.arns(SnapshotTable.NAME),
                RequestConditions.BY_ATHENA));
        configuration
                .queries()
                .catalogKmsKeyArn()
                .ifPresent(key -> statements.add(Statements.allow(
                        "UseCatalogKey",
                        RequestConditions.CATALOG_KEY_ACTIONS,
                        List.of(key),
                        RequestConditions.BY_GLUE)));
        statements.addAll(store.writeStatements());
        return statements;
    }

    private ManagedPolicy policy(String id, String description, List<PolicyStatement> statements) {
        return ManagedPolicy.Builder.create(this, id)
                .description(description)
                .statements(statements)
                .build();
    }

    private Role.Builder role(String id, String description, String service) {
        return Role.Builder.create(this, id)
                .description(description)
                .path(configuration.lifecycle().rolePath())
                // Nobody else's schedule or machine can use the service to get the role.
                .assumedBy(ServicePrincipal.Builder.create(service)
                        .conditions(Map.of("StringEquals", Map.of("aws:SourceAccount", Aws.ACCOUNT_ID)))
                        .build());
    }

    private static PolicyDocument document(List<PolicyStatement> statements) {
        return PolicyDocument.Builder.create().statements(statements).build();
    }

    private void schedule(String id, String expression, Role starter, String input) {
        CfnSchedule.Builder.create(this, id)
                .scheduleExpression(expression)
                .flexibleTimeWindow(
                        FlexibleTimeWindowProperty.builder().mode("OFF").build())
                .target(TargetProperty.builder()
                        .arn(machine.getRef())
                        .roleArn(starter.getRoleArn())
                        .input(input)
                        .build())
                .build();
    }
}
