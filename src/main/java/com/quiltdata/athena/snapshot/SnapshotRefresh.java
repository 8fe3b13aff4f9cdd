package com.quiltdata.athena.snapshot;

import com.quiltdata.athena.access.RegistryAccess;
import com.quiltdata.athena.access.Statements;
import com.quiltdata.athena.configuration.Configuration;
import com.quiltdata.athena.query.QueryDatabase;
import com.quiltdata.athena.schema.SnapshotTable;
import com.quiltdata.athena.view.RequestConditions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.ManagedPolicy;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.scheduler.CfnSchedule;
import software.amazon.awscdk.services.scheduler.CfnSchedule.FlexibleTimeWindowProperty;
import software.amazon.awscdk.services.scheduler.CfnSchedule.RetryPolicyProperty;
import software.amazon.awscdk.services.scheduler.CfnSchedule.TargetProperty;
import software.amazon.awscdk.services.stepfunctions.CfnStateMachine;
import software.constructs.Construct;

/**
 * Refreshes the snapshots: a state machine that runs Athena's statements one after the other, and the schedule that
 * starts it. There is no code of ours in it, and no role of it can do anything else.
 */
public final class SnapshotRefresh extends Construct {

    /** The most buckets that one execution can refresh. */
    public static final int MOST_BUCKETS = RefreshDefinition.MOST_BUCKETS;

    private static final String START_EXECUTION = "states:StartExecution";

    private final Configuration configuration;
    private final SnapshotStore store;
    private final QueryDatabase database;
    private final List<? extends Construct> tables;
    private final Role role;
    private final CfnStateMachine machine;
    private final Optional<SnapshotEvents> events;
    private final Optional<String> eventsStateMachineArn;

    /**
     * Declares machine and schedule.
     *
     * @param configuration says when, and of which buckets; it has snapshots
     * @param database where it is, and what it is made of
     * @param tables what has to be there before anything is read
     */
    public SnapshotRefresh(
            Construct scope,
            String id,
            Configuration configuration,
            SnapshotStore store,
            QueryDatabase database,
            List<? extends Construct> tables) {
        super(scope, id);
        this.configuration = configuration;
        this.store = store;
        this.database = database;
        this.tables = List.copyOf(tables);
        // Two policies, because the registries of many buckets fill one.
        ManagedPolicy queries = policy("QueriesPolicy", "Refresh snapshots", queryStatements());
        ManagedPolicy registries = policy(
                "RegistriesPolicy",
                "Read Quilt registries for snapshots",
                new RegistryAccess(Stack.of(this), configuration).statements());
        role = role("Role", "Refreshes snapshots", "states.amazonaws.com")
                .managedPolicies(List.of(queries, registries))
                .build();
        machine = declareMachine("StateMachine", "none");
        boolean hasEvents = configuration.snapshots().orElseThrow().events();
        Optional<CfnStateMachine> ofEvents = hasEvents
                // The same, beside the other one: so each tells by its executions alone whether it has to wait.
                ? Optional.of(declareMachine("EventsStateMachine", machine.getRef()))
                : Optional.empty();
        ManagedPolicy executions = declareExecutionsPolicy(
                Stream.concat(Stream.of(machine), ofEvents.stream()).toList());
        declareSchedule(executions);
        events = ofEvents.map(target -> declareEvents(target, executions));
        eventsStateMachineArn = ofEvents.map(CfnStateMachine::getRef);
    }

    /** What starts a refresh by hand. */
    public String stateMachineArn() {
        return machine.getRef();
    }

    /** What follows events; empty if nothing does. */
    public Optional<Events> events() {
        return events.map(
                made -> new Events(eventsStateMachineArn.orElseThrow(), made.queueName(), made.deadLettersName()));
    }

    /**
     * What follows events.
     *
     * @param stateMachineArn what they start
     * @param queueName where they wait for that
     * @param deadLettersName where they end up if it cannot be started
     */
    public record Events(String stateMachineArn, String queueName, String deadLettersName) {}

    private SnapshotEvents declareEvents(CfnStateMachine target, ManagedPolicy executions) {
        policy(
                        "PointersPolicy",
                        "Read pointers of Quilt packages",
                        new RegistryAccess(Stack.of(this), configuration).pointerStatements())
                .attachToRole(role);
        SnapshotEvents declared = new SnapshotEvents(
                this,
                "Events",
                configuration.quiltBuckets(),
                target.getRef(),
                role("PipeRole", "Starts the refresh of what has changed", "pipes.amazonaws.com"));
        declared.getNode().addDependency(executions);
        return declared;
    }

    private CfnStateMachine declareMachine(String id, String scheduledMachine) {
        Map<String, String> substitutions = new TreeMap<>();
        substitutions.put("ListExecutions", integration("aws-sdk:sfn:listExecutions"));
        substitutions.put("GetObject", integration("aws-sdk:s3:getObject"));
        substitutions.put("StartQueryExecution", integration("athena:startQueryExecution"));
        substitutions.put("GetQueryExecution", integration("athena:getQueryExecution"));
        substitutions.put("GetQueryResults", integration("athena:getQueryResults"));
        substitutions.put("ScheduledMachine", scheduledMachine);
        substitutions.put("WorkGroup", store.workGroupName());
        substitutions.put("Database", database.name());
        CfnStateMachine declared = CfnStateMachine.Builder.create(this, id)
                .stateMachineType("STANDARD")
                .roleArn(role.getRoleArn())
                .definitionString(RefreshDefinition.json(configuration.quiltBuckets(), substitutions.keySet()))
                .definitionSubstitutions(substitutions)
                .build();
        declared.getNode().addDependency(store.table());
        tables.forEach(table -> declared.getNode().addDependency(table));
        return declared;
    }

    /** Whole, because the partition is in it, and because cfn-lint takes a substitution only alone. */
    private String integration(String call) {
        return arn("states", "", "", call, null);
    }

    private String arn(String service, String region, String account, String resource, String name) {
        return Stack.of(this)
                .formatArn(ArnComponents.builder()
                        .service(service)
                        .region(region)
                        .account(account)
                        .resource(resource)
                        .resourceName(name)
                        .arnFormat(name == null ? ArnFormat.NO_RESOURCE_NAME : ArnFormat.COLON_RESOURCE_NAME)
                        .build());
    }

    /** What machines do with their own executions: their jobs are some. */
    private ManagedPolicy declareExecutionsPolicy(List<CfnStateMachine> machines) {
        ManagedPolicy policy = policy(
                "ExecutionsPolicy",
                "Run the jobs of a refresh",
                List.of(
                        Statements.allow(
                                "RunJobs",
                                List.of("states:ListExecutions", START_EXECUTION),
                                machines.stream().map(CfnStateMachine::getRef).toList(),
                                Map.of()),
                        Statements.allow(
                                "FollowJobs",
                                List.of("states:DescribeExecution", "states:StopExecution"),
                                machines.stream()
                                        .map(CfnStateMachine::getAttrName)
                                        .flatMap(name -> Stream.of(name + ":*", name + "/*"))
                                        .map(name -> arn("states", null, null, "execution", name))
                                        .toList(),
                                Map.of())));
        policy.attachToRole(role);
        return policy;
    }

    private List<PolicyStatement> queryStatements() {
        List<PolicyStatement> statements = new ArrayList<>();
        statements.add(Statements.allow(
                "RunQueries",
                List.of("athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution"),
                List.of(store.workGroupArn()),
                Map.of()));
        statements.add(Statements.allow(
                "UseCatalog",
                List.of("athena:GetDataCatalog"),
                List.of(arn("athena", null, null, "datacatalog/AwsDataCatalog", null)),
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

    private void declareSchedule(ManagedPolicy executions) {
        Role starter = role("ScheduleRole", "Starts the refresh of snapshots", "scheduler.amazonaws.com")
                .inlinePolicies(Map.of(
                        "StartRefresh",
                        PolicyDocument.Builder.create()
                                .statements(List.of(Statements.allow(
                                        "StartRefresh", List.of(START_EXECUTION), List.of(machine.getRef()), Map.of())))
                                .build()))
                .build();
        CfnSchedule schedule = CfnSchedule.Builder.create(this, "Schedule")
                .scheduleExpression(configuration.snapshots().orElseThrow().schedule())
                .flexibleTimeWindow(
                        FlexibleTimeWindowProperty.builder().mode("OFF").build())
                .target(TargetProperty.builder()
                        .arn(machine.getRef())
                        .roleArn(starter.getRoleArn())
                        // The next time comes anyhow; without a limit there are 185 attempts.
                        .retryPolicy(RetryPolicyProperty.builder()
                                .maximumEventAgeInSeconds(3600)
                                .maximumRetryAttempts(2)
                                .build())
                        .build())
                .build();
        // A rate starts as soon as it is there.
        schedule.getNode().addDependency(executions);
    }
}
